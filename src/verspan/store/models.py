"""Records of versions, and the placeholders of versions that only spans have told of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from sqlalchemy import Connection, bindparam, insert, update

from verspan.store import tables
from verspan.store.interface import ModelQuery
from verspan.store.keys import known_keys, next_key
from verspan.store.matching import starts_with
from verspan.store.model_merging import first_record, merged
from verspan.store.model_notes import note_difference, note_record
from verspan.store.model_reading import read_by_id, read_models, selected_models
from verspan.store.model_writing import add_record, change_record
from verspan.store.statements import Statement
from verspan.versions.model import LoggedModel, LoggedModelStatus

_MODELS = tables.logged_models.c
_EXPERIMENTS = tables.experiments.c


def upsert_model(connection: Connection, model: LoggedModel) -> LoggedModel:
    """Keep a version's record and return it as kept."""
    known = read_by_id(connection, model.model_id)
    if known is None:
        kept = first_record(None, model)
        add_record(connection, kept)
        note_record(connection, kept)
        return kept
    key, before = known
    is_recorded = before.experiment_id != ""
    kept = merged(before, model) if is_recorded else first_record(before, model)
    if kept != before:
        change_record(connection, key, before, kept)
    if is_recorded:
        note_difference(connection, "update", before, kept)
    else:
        note_record(connection, kept)
    return kept


def get_model(connection: Connection, model_id: str) -> LoggedModel | None:
    """The version with this id, or None."""
    found = read_by_id(connection, model_id)
    return found[1] if found else None


def find_models(connection: Connection, query: ModelQuery) -> Sequence[LoggedModel]:
    """Versions, newest first."""
    statement = selected_models()
    if not query.include_deleted:
        statement = statement.where(_MODELS.deleted_ms.is_(None))
    if query.experiment_name is not None:
        statement = statement.where(_EXPERIMENTS.name == query.experiment_name)
    if query.name is not None:
        statement = statement.where(_MODELS.name == query.name)
    for column, prefix in ((_MODELS.name, query.name_prefix), (_MODELS.model_id, query.model_id_prefix)):
        if prefix is not None:
            statement = statement.where(starts_with(column, prefix))
    newest_first = statement.order_by(_MODELS.created_ms.desc(), _MODELS.model_key.desc())
    return read_models(connection, newest_first.limit(query.limit))


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


def _placeholder(key: int, model_id: str, name: str | None, start_ns: int) -> dict[str, Any]:
    seen_ms = start_ns // 1_000_000
    return {
        "model_key": key,
        "model_id": model_id,
        "name": name,
        "recorded": False,
        "status": LoggedModelStatus.READY.value,
        "git_known": False,
        "created_ms": seen_ms,
        "updated_ms": seen_ms,
        "trace_count": 0,
    }
