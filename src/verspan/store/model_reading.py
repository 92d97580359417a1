"""Versions as a store has them, put together from the tables that hold a part of them each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Connection, FromClause, Row, Select, bindparam, select

from verspan.store import tables
from verspan.store.capture_tables import captures, model_captures
from verspan.store.keys import chunks, filled_up
from verspan.store.model_tables import model_aliases, model_fingerprints, model_metrics, model_params, model_tags
from verspan.store.statements import Statement
from verspan.versions.model import GitState, LoggedModel, LoggedModelStatus, ModelMetric, SeenFingerprint

_Item = TypeVar("_Item")
_MODELS = tables.logged_models.c
_EXPERIMENTS = tables.experiments.c
_SEEN = (
    select(model_captures, captures.c.capture_id)
    .join(captures, captures.c.capture_key == model_captures.c.capture_key)
    .subquery()
)
"""Which version was seen in which state."""


def selected_models() -> Select[Any]:
    """All columns of versions, with the id and the name of their experiment."""
    joined = tables.logged_models.outerjoin(tables.experiments, _MODELS.experiment_key == _EXPERIMENTS.experiment_key)
    return select(
        *tables.logged_models.c, _EXPERIMENTS.experiment_id, _EXPERIMENTS.name.label("experiment_name")
    ).select_from(joined)


_SELECTED = selected_models().subquery()
_BY_ID = Statement(selected_models().where(_MODELS.model_id == bindparam("model_id")))


def read_models(connection: Connection, statement: Select[Any]) -> list[LoggedModel]:
    """The versions that a statement finds, in its order.

    Args:
        connection: one that may read.
        statement: made from :func:`selected_models`.
    """
    return _whole(connection, connection.execute(statement).all())


def read_by_id(connection: Connection, model_id: str) -> tuple[int, LoggedModel] | None:
    """The version with this id and its key; None where there is none."""
    rows = _BY_ID.rows(connection, model_id)
    return (rows[0].model_key, _whole(connection, rows)[0]) if rows else None


def read_by_keys(connection: Connection, keys: Sequence[int]) -> list[LoggedModel]:
    """The versions with these keys, in this order."""
    rows = {row.model_key: row for row in _rows(connection, _SELECTED, keys)}
    return _whole(connection, [rows[key] for key in keys])


def _whole(connection: Connection, rows: Sequence[Row[Any]]) -> list[LoggedModel]:
    parts = _Parts(connection, [row.model_key for row in rows])
    return [_model(row, parts) for row in rows]


class _Parts:
    """What some versions have in other tables, by their keys."""

    def __init__(self, connection: Connection, keys: Sequence[int]) -> None:
        metrics = _rows(connection, model_metrics, keys, "name", "dataset_name", "timestamp_ms", "step")
        fingerprints = _rows(connection, model_fingerprints, keys, "first_seen_ms", "fingerprint")
        captured = _rows(connection, _SEEN, keys, "last_seen_ms", "first_seen_ms", "capture_key")
        self.params = _texts(_rows(connection, model_params, keys, "name"))
        self.tags = _texts(_rows(connection, model_tags, keys, "name"))
        self.metrics = _lists(metrics, _metric)
        self.fingerprints = _lists(fingerprints, lambda row: SeenFingerprint(row.fingerprint, row.first_seen_ms))
        self.aliases = _lists(_rows(connection, model_aliases, keys, "alias"), lambda row: str(row.alias))
        self.captures: Mapping[int, str] = {row.model_key: row.capture_id for row in captured}  # the last one stays


def _rows(connection: Connection, table: FromClause, keys: Sequence[int], *order: str) -> Iterable[Row[Any]]:
    for some in chunks(keys):
        filled = filled_up(some)
        yield from _of_keys(table, order, len(filled)).rows(connection, *filled)


@cache
def _of_keys(table: FromClause, order: Sequence[str], number: int) -> Statement:
    keys: list[BindParameter[Any]] = [bindparam(f"key_{position}") for position in range(number)]
    statement = select(table).where(table.c.model_key.in_(keys))
    return Statement(statement.order_by(*(table.c[name] for name in order)))


def _texts(rows: Iterable[Row[Any]]) -> Mapping[int, dict[str, str]]:
    found: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for row in rows:
        found[row.model_key][row.name] = row.value
    return found


def _lists(rows: Iterable[Row[Any]], item: Callable[[Row[Any]], _Item]) -> Mapping[int, list[_Item]]:
    found: defaultdict[int, list[_Item]] = defaultdict(list)
    for row in rows:
        found[row.model_key].append(item(row))
    return found


def _metric(row: Row[Any]) -> ModelMetric:
    return ModelMetric(row.name, row.value, row.timestamp_ms, row.step, row.dataset_name or None)


def _model(row: Row[Any], parts: _Parts) -> LoggedModel:
    dirty = None if row.git_dirty is None else bool(row.git_dirty)  # a number, as SQLite gives it
    git = GitState(row.git_commit, row.git_branch, row.git_remote_url, dirty)
    key = row.model_key
    return LoggedModel(
        model_id=row.model_id,
        name=row.name or row.model_id,
        experiment_id=row.experiment_id or "",
        experiment_name=row.experiment_name or "",
        creation_timestamp=row.created_ms,
        last_updated_timestamp=row.updated_ms,
        status=LoggedModelStatus(row.status),
        git=git if row.git_known else None,
        params=parts.params.get(key, {}),
        tags=parts.tags.get(key, {}),
        metrics=tuple(parts.metrics.get(key, ())),
        aliases=tuple(parts.aliases.get(key, ())),
        note=row.note,
        model_type=row.model_type,
        parent_model_id=row.parent_model_id,
        baseline_model_id=row.baseline_model_id,
        fingerprint=row.fingerprint,
        fingerprints=tuple(parts.fingerprints.get(key, ())),
        capture_id=parts.captures.get(key),
        deleted_timestamp=row.deleted_ms,
    )
