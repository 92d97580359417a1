"""Records of versions, and the placeholders of versions that only spans have told of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, insert, select, update

from verspan.store import tables
from verspan.store.interface import ModelQuery
from verspan.store.keys import known_keys, next_key
from verspan.store.statements import Statement
from verspan.versions.model import GitState, LoggedModel, LoggedModelStatus

_MODELS = tables.logged_models.c
_EXPERIMENTS = tables.experiments.c


def upsert_model(connection: Connection, model: LoggedModel) -> LoggedModel:
    """Keep a version's record and return it as kept."""
    row = connection.execute(select(tables.logged_models).where(_MODELS.model_id == model.model_id)).one_or_none()
    if row is None:
        kept = model
        key = next_key(connection, _MODELS.model_key)
        connection.execute(insert(tables.logged_models), {"model_key": key, "trace_count": 0, **_row(connection, kept)})
    else:
        kept = (
            _newest(_found(connection, model.model_id), model) if row.recorded else _earliest_of(model, row.created_ms)
        )
        connection.execute(
            update(tables.logged_models).where(_MODELS.model_key == row.model_key), _row(connection, kept)
        )
    return kept


def get_model(connection: Connection, model_id: str) -> LoggedModel | None:
    """The version with this id, or None."""
    row = connection.execute(_selected().where(_MODELS.model_id == model_id)).one_or_none()
    return None if row is None else _model(row)


def find_models(connection: Connection, query: ModelQuery) -> Sequence[LoggedModel]:
    """Versions, newest first."""
    statement = _selected()
    if query.experiment_name is not None:
        statement = statement.where(_EXPERIMENTS.name == query.experiment_name)
    if query.name is not None:
        statement = statement.where(_MODELS.name == query.name)
    for column, prefix in ((_MODELS.name, query.name_prefix), (_MODELS.model_id, query.model_id_prefix)):
        if prefix is not None:  # SQLite's LIKE does not tell case apart
            statement = statement.where(func.substr(column, 1, len(prefix)) == prefix)
    newest_first = statement.order_by(_MODELS.created_ms.desc(), _MODELS.model_key.desc())
    return [_model(row) for row in connection.execute(newest_first.limit(query.limit))]


def keys_of_stamped(connection: Connection, stamped: Mapping[str, tuple[str | None, int]]) -> dict[str, int]:
    """The keys of versions that spans name; one that has no record gets a placeholder.

    Args:
        connection: one that may write.
        stamped: by id, the name that spans tell and the start of the earliest of them.
    """
    keys = known_keys(connection, _MODELS.model_id, _MODELS.model_key, stamped)
    new = [model_id for model_id in stamped if model_id not in keys]
    known_names = [(stamped[model_id][0], key) for model_id, key in keys.items()]
    keys.update(zip(new, count(next_key(connection, _MODELS.model_key)), strict=False))
    if new:
        rows = [_placeholder(keys[model_id], model_id, *stamped[model_id]) for model_id in new]
        connection.execute(insert(tables.logged_models), rows)
    _ADD_NAMES.run_for_each(connection, (row for row in known_names if row[0] is not None))
    return keys


_ADD_NAMES = Statement(
    update(tables.logged_models)
    .where(_MODELS.model_key == bindparam("key"), _MODELS.name.is_(None))
    .values(name=bindparam("name"))
)


def _selected() -> Select[Any]:
    joined = tables.logged_models.outerjoin(tables.experiments, _MODELS.experiment_key == _EXPERIMENTS.experiment_key)
    return select(
        *tables.logged_models.c, _EXPERIMENTS.experiment_id, _EXPERIMENTS.name.label("experiment_name")
    ).select_from(joined)


def _found(connection: Connection, model_id: str) -> LoggedModel:
    return _model(connection.execute(_selected().where(_MODELS.model_id == model_id)).one())


def _newest(kept: LoggedModel, given: LoggedModel) -> LoggedModel:
    newest, other = (given, kept) if given.last_updated_timestamp >= kept.last_updated_timestamp else (kept, given)
    # A process in a container, without a repository, is not to make forgotten what another has told of the code.
    knows = newest if newest.git not in (None, GitState()) or other.git is None else other
    return _earliest_of(replace(newest, git=knows.git), min(kept.creation_timestamp, given.creation_timestamp))


def _earliest_of(model: LoggedModel, created_ms: int) -> LoggedModel:
    return replace(model, creation_timestamp=min(model.creation_timestamp, created_ms))


def _model(row: Row[Any]) -> LoggedModel:
    git = GitState(row.git_commit, row.git_branch, row.git_remote_url, row.git_dirty)
    return LoggedModel(
        model_id=row.model_id,
        name=row.name or row.model_id,
        experiment_id=row.experiment_id or "",
        experiment_name=row.experiment_name or "",
        creation_timestamp=row.created_ms,
        last_updated_timestamp=row.updated_ms,
        status=LoggedModelStatus(row.status),
        git=git if row.git_known else None,
        params=row.params,
        tags=row.tags,
    )


def _row(connection: Connection, model: LoggedModel) -> dict[str, Any]:
    git = model.git or GitState()
    return {
        "model_id": model.model_id,
        "name": model.name,
        "experiment_key": _experiment_key(connection, model),
        "recorded": True,
        "status": model.status.value,
        "git_known": model.git is not None,
        "git_commit": git.commit,
        "git_branch": git.branch,
        "git_remote_url": git.remote_url,
        "git_dirty": git.dirty,
        "params": dict(model.params),
        "tags": dict(model.tags),
        "created_ms": model.creation_timestamp,
        "updated_ms": model.last_updated_timestamp,
    }


def _placeholder(key: int, model_id: str, name: str | None, start_ns: int) -> dict[str, Any]:
    seen_ms = start_ns // 1_000_000
    return {
        "model_key": key,
        "model_id": model_id,
        "name": name,
        "recorded": False,
        "status": LoggedModelStatus.READY.value,
        "git_known": False,
        "params": {},
        "tags": {},
        "created_ms": seen_ms,
        "updated_ms": seen_ms,
        "trace_count": 0,
    }


def _experiment_key(connection: Connection, model: LoggedModel) -> int:
    known = known_keys(connection, _EXPERIMENTS.experiment_id, _EXPERIMENTS.experiment_key, [model.experiment_id])
    if known:
        return known[model.experiment_id]
    key = next_key(connection, _EXPERIMENTS.experiment_key)
    row = {"experiment_key": key, "experiment_id": model.experiment_id, "name": model.experiment_name}
    connection.execute(insert(tables.experiments), row)
    return key
