"""Searches for versions in SQL: their order, and pages that begin where the one before ended.

A page begins after the place of a version in the order, and not after so many versions: what is added meanwhile moves
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, false, or_, select, tuple_

from verspan.store import tables
from verspan.store.model_conditions import ATTRIBUTES, PARTS, conditions, named
from verspan.store.model_reading import read_by_keys
from verspan.store.page_tokens import place_in, token_for
from verspan.versions.search.model import FieldKind, ModelPage, ModelSearch, Order

_MODELS = tables.logged_models.c


@dataclass(frozen=True)
class _Rank:
    """Something that versions are ordered by."""

    value: ColumnElement[Any]
    ascending: bool = False
    may_lack: bool = False
    """Whether there are versions without it, which come last."""
    joined: tuple[FromClause, ColumnElement[bool]] | None = None
    """Where it comes from, if not from the version's own row, and what of that belongs to a version."""


_NEWEST_FIRST = (_Rank(_MODELS.created_ms), _Rank(_MODELS.model_key))


def search_models(connection: Connection, search: ModelSearch) -> ModelPage:
    """The versions that match, a page at a time."""
    ranks = [*map(_rank, search.order_by), *_NEWEST_FIRST]
    statement = _ordered(ranks).where(*conditions(search))
    if search.page_token is not None:
        statement = statement.where(_after(ranks, place_in(search.page_token, search, len(ranks))))
    rows = connection.execute(statement.limit(search.limit + 1)).all()
    page = rows[: search.limit]
    models = read_by_keys(connection, [row[-1] for row in page])
    return ModelPage(models, token_for(search, page[-1]) if len(rows) > search.limit else None)


def _rank(order: Order) -> _Rank:
    field = order.field
    if field.kind is FieldKind.ATTRIBUTE and ATTRIBUTES[field.name].table is tables.logged_models:
        column = ATTRIBUTES[field.name]
        return _Rank(column, order.ascending, may_lack=bool(column.nullable))
    if field.kind is FieldKind.ATTRIBUTE:
        source = tables.experiments.alias()
        own = source.c.experiment_key == _MODELS.experiment_key
        return _Rank(source.c[ATTRIBUTES[field.name].name], order.ascending, may_lack=True, joined=(source, own))
    part = PARTS[field.kind]
    rows = select(part.c.model_key, part.c.value).where(*named(part, field.name)).subquery()
    return _Rank(rows.c.value, order.ascending, may_lack=True, joined=(rows, rows.c.model_key == _MODELS.model_key))


def _ordered(ranks: Sequence[_Rank]) -> Select[Any]:
    """What all versions are ordered by, in that order; their keys come last."""
    everything: FromClause = tables.logged_models
    for source, own in (rank.joined for rank in ranks if rank.joined):
        everything = everything.outerjoin(source, own)
    values = (rank.value.label(f"rank_{number}") for number, rank in enumerate(ranks))
    return select(*values).select_from(everything).order_by(*(each for rank in ranks for each in _clauses(rank)))


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
