"""Which versions a search means, in SQL.

What a version has in rows of its own is asked for as "its key is among those", so that an index by name and value finds
the few that match. Where one comparison leaves few versions, the others are asked of each of these instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, Table, and_, false, func, not_, select, true

from verspan.store import tables
from verspan.store.filtering import COMPARE, condition
from verspan.store.model_tables import model_aliases, model_metrics, model_params, model_tags
from verspan.versions.search.model import And, Comparison, Expression, FieldKind, ModelSearch, Operator

_MODELS = tables.logged_models.c
_EXPERIMENTS = tables.experiments.c
ATTRIBUTES: Mapping[str, Column[Any]] = {
    "creation_timestamp": _MODELS.created_ms,
    "last_updated_timestamp": _MODELS.updated_ms,
    "deleted_timestamp": _MODELS.deleted_ms,
    "experiment_name": _EXPERIMENTS.name,
    "experiment_id": _EXPERIMENTS.experiment_id,
    **{
        name: _MODELS[name]
        for name in (
            *("name", "model_id", "status", "model_type", "note", "parent_model_id", "baseline_model_id"),
            *("fingerprint", "git_commit", "git_branch"),
        )
    },
}
"""The column of each attribute."""
PARTS: Mapping[FieldKind, Table] = {
    FieldKind.PARAM: model_params,
    FieldKind.TAG: model_tags,
    FieldKind.METRIC: model_metrics,
}
"""The table of what versions have several of, by name."""
_OPPOSITES: Mapping[Operator, Operator] = {Operator.UNEQUAL: Operator.EQUAL, Operator.NOT_IN: Operator.IN}


def conditions(search: ModelSearch) -> Iterator[ColumnElement[bool]]:
    """What is true of the versions that a search finds, its page apart."""
    few = _leaves_few(search.where)
    if not search.include_deleted:
        yield _MODELS.deleted_ms.is_(None)
    for column, wanted in (
        (_EXPERIMENTS.name, search.experiment_names),
        (_EXPERIMENTS.experiment_id, search.experiment_ids),
    ):
        if len(wanted) == 1 and not few:  # an index gives the versions of one experiment in their order
            yield _MODELS.experiment_key == _keys_where(column == wanted[0]).scalar_subquery()
        elif wanted:
            yield _in_experiments(column.in_(wanted))
    if search.where is not None:
        yield condition(search.where, partial(_comparison, among_few=few))


def named(part: Table, name: str) -> Iterator[ColumnElement[bool]]:
    """What is true of the rows of a part by their name: of a metric the newest measurement counts."""
    yield part.c.name == name
    if part is model_metrics:
        yield model_metrics.c.newest == true()


def _leaves_few(where: Expression | None) -> bool:
    """Whether a filter asks for one value of a parameter, a tag or the aliases, whatever else it asks for."""
    return any(
        isinstance(part, Comparison)
        and part.operator is Operator.EQUAL
        and part.field.kind in (FieldKind.PARAM, FieldKind.TAG, FieldKind.ALIAS)
        for part in (where.parts if isinstance(where, And) else (where,))
    )


def _comparison(comparison: Comparison, *, among_few: bool) -> ColumnElement[bool]:
    field = comparison.field
    if field.kind is FieldKind.ALIAS:
        return _alias(comparison)
    if field.kind is FieldKind.ATTRIBUTE:
        return _attribute(ATTRIBUTES[field.name], comparison)
    part = PARTS[field.kind]
    of_name, compare = named(part, field.name), COMPARE[comparison.operator]
    if among_few and comparison.operator is not Operator.EQUAL:
        own = select(part.c.value).where(part.c.model_key == _MODELS.model_key, *of_name).scalar_subquery()
        return func.coalesce(compare(own, comparison.value), false())
    return _MODELS.model_key.in_(select(part.c.model_key).where(*of_name, compare(part.c.value, comparison.value)))


def _attribute(column: Column[Any], comparison: Comparison) -> ColumnElement[bool]:
    compared = COMPARE[comparison.operator](column, comparison.value)
    if column.table is tables.experiments:
        return _in_experiments(compared)
    # What is not there compares as neither true nor false, and NOT would leave it so.
    return and_(column.is_not(None), compared) if column.nullable else compared


def _alias(comparison: Comparison) -> ColumnElement[bool]:
    """Whether any of a version's aliases compares so; for != and NOT IN, whether none is the one."""
    opposite = _OPPOSITES.get(comparison.operator)
    compared = COMPARE[opposite or comparison.operator](model_aliases.c.alias, comparison.value)
    found = _MODELS.model_key.in_(select(model_aliases.c.model_key).where(compared))
    return not_(found) if opposite else found


def _in_experiments(matching: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(_MODELS.experiment_key.is_not(None), _MODELS.experiment_key.in_(_keys_where(matching)))


def _keys_where(matching: ColumnElement[bool]) -> Select[Any]:
    return select(_EXPERIMENTS.experiment_key).where(matching)
