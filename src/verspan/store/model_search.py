"""Searches for versions in SQL: the filter's tree as a condition, and pages that begin where the one before ended.

What a version has in rows of its own is asked for as "its key is among those", so that an index by name and value finds
the few that match. A page begins after the place of a version in the order, and not after so many versions: what is
added meanwhile moves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Table, and_, false, not_, or_, select, true, tuple_

from verspan.store import tables
from verspan.store.filtering import COMPARE, condition
from verspan.store.model_reading import read_by_keys
from verspan.store.model_tables import model_aliases, model_metrics, model_params, model_tags
from verspan.store.page_tokens import place_in, token_for
from verspan.versions.search.model import (
    Comparison,
    Field,
    FieldKind,
    ModelPage,
    ModelSearch,
    Operator,
    Order,
)

_MODELS = tables.logged_models.c
_EXPERIMENTS = tables.experiments.c
_ATTRIBUTES: Mapping[str, Column[Any]] = {
    "creation_timestamp": _MODELS.created_ms,
    "last_updated_timestamp": _MODELS.updated_ms,
    "deleted_timestamp": _MODELS.deleted_ms,
    "experiment_name": _EXPERIMENTS.name,
    **{
        name: _MODELS[name]
        for name in (
            "name",
            "model_id",
            "status",
            "model_type",
            "note",
            "parent_model_id",
            "baseline_model_id",
            "fingerprint",
            "git_commit",
            "git_branch",
        )
    },
    "experiment_id": _EXPERIMENTS.experiment_id,
}
_PARTS: Mapping[FieldKind, Table] = {
    FieldKind.PARAM: model_params,
    FieldKind.TAG: model_tags,
    FieldKind.METRIC: model_metrics,
}
_OPPOSITES: Mapping[Operator, Operator] = {Operator.UNEQUAL: Operator.EQUAL, Operator.NOT_IN: Operator.IN}


@dataclass(frozen=True)
class _Rank:
    """Something that versions are ordered by."""

    value: ColumnElement[Any]
    ascending: bool
    may_lack: bool
    """Whether there are versions without it, which come last."""


_NEWEST_FIRST = tuple(
    _Rank(column, ascending=False, may_lack=False) for column in (_MODELS.created_ms, _MODELS.model_key)
)


def search_models(connection: Connection, search: ModelSearch) -> ModelPage:
    """The versions that match, a page at a time."""
    ranks = [*map(_rank, search.order_by), *_NEWEST_FIRST]
    statement = select(*(rank.value.label(f"rank_{number}") for number, rank in enumerate(ranks)))
    statement = statement.where(*_conditions(search)).order_by(*(each for rank in ranks for each in _clauses(rank)))
    if search.page_token is not None:
        statement = statement.where(_after(ranks, place_in(search.page_token, search, len(ranks))))
    rows = connection.execute(statement.limit(search.limit + 1)).all()
    page = rows[: search.limit]
    models = read_by_keys(connection, [row[-1] for row in page])
    return ModelPage(models, token_for(search, page[-1]) if len(rows) > search.limit else None)


def _conditions(search: ModelSearch) -> Iterator[ColumnElement[bool]]:
    if not search.include_deleted:
        yield _MODELS.deleted_ms.is_(None)
    for column, wanted in (
        (_EXPERIMENTS.name, search.experiment_names),
        (_EXPERIMENTS.experiment_id, search.experiment_ids),
    ):
        if wanted:
            yield _in_experiments(column.in_(wanted))
    if search.where is not None:
        yield condition(search.where, _comparison)


# -- filters -----------------------------------------------------------------------------------------------------------


def _comparison(comparison: Comparison) -> ColumnElement[bool]:
    field, compare = comparison.field, COMPARE[comparison.operator]
    if field.kind is FieldKind.ALIAS:
        return _alias(comparison)
    if field.kind is FieldKind.ATTRIBUTE:
        return _attribute(_ATTRIBUTES[field.name], compare, comparison.value)
    part = _PARTS[field.kind]
    return _MODELS.model_key.in_(
        select(part.c.model_key).where(*_named(part, field.name), compare(part.c.value, comparison.value))
    )


def _attribute(
    column: Column[Any], compare: Callable[[Any, Any], ColumnElement[bool]], value: Any
) -> ColumnElement[bool]:
    if column.table is tables.experiments:
        return _in_experiments(compare(column, value))
    compared = compare(column, value)
    # What is not there compares as neither true nor false, and NOT would leave it so.
    return and_(column.is_not(None), compared) if column.nullable else compared


def _alias(comparison: Comparison) -> ColumnElement[bool]:
    """Whether any of a version's aliases compares so; for != and NOT IN, whether none is the one."""
    opposite = _OPPOSITES.get(comparison.operator)
    compared = COMPARE[opposite or comparison.operator](model_aliases.c.alias, comparison.value)
    found = _MODELS.model_key.in_(select(model_aliases.c.model_key).where(compared))
    return not_(found) if opposite else found


def _in_experiments(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    known = select(_EXPERIMENTS.experiment_key).where(condition)
    return and_(_MODELS.experiment_key.is_not(None), _MODELS.experiment_key.in_(known))


def _named(part: Table, name: str) -> Iterator[ColumnElement[bool]]:
    yield part.c.name == name
    if part is model_metrics:
        yield model_metrics.c.newest == true()


# -- orders and pages --------------------------------------------------------------------------------------------------


def _rank(order: Order) -> _Rank:
    value, may_lack = _value_of(order.field)
    return _Rank(value, ascending=order.ascending, may_lack=may_lack)


def _value_of(field: Field) -> tuple[ColumnElement[Any], bool]:
    """A field's value, and whether versions may lack it."""
    if field.kind is not FieldKind.ATTRIBUTE:
        part = _PARTS[field.kind]
        own = part.c.model_key == _MODELS.model_key
        return select(part.c.value).where(own, *_named(part, field.name)).scalar_subquery(), True
    column = _ATTRIBUTES[field.name]
    if column.table is tables.experiments:
        own = _EXPERIMENTS.experiment_key == _MODELS.experiment_key
        return select(column).where(own).scalar_subquery(), True
    return column, bool(column.nullable)


def _clauses(rank: _Rank) -> Iterator[ColumnElement[Any]]:
    if rank.may_lack:
        yield rank.value.is_(None)
    yield rank.value.asc() if rank.ascending else rank.value.desc()


def _after(ranks: Sequence[_Rank], place: Sequence[Any]) -> ColumnElement[bool]:
    """Whether a version comes after a place in the order."""
    if len(ranks) == len(_NEWEST_FIRST):  # one comparison of both, which an index answers
        return tuple_(*(rank.value for rank in ranks)) < tuple_(*place)
    alternatives = []
    equal: list[ColumnElement[bool]] = []
    for rank, value in zip(ranks, place, strict=True):
        alternatives.append(and_(*equal, _comes_later(rank, value)))
        equal.append(rank.value.is_not_distinct_from(value))
    return or_(*alternatives)


def _comes_later(rank: _Rank, value: Any) -> ColumnElement[bool]:
    if value is None:
        return false()
    later = rank.value > value if rank.ascending else rank.value < value
    return or_(later, rank.value.is_(None)) if rank.may_lack else later
