"""A version's record in the tables that hold a part of it each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Column, Connection, Table, bindparam, delete, insert, select, update

from verspan.store import tables
from verspan.store.keys import known_keys, next_key
from verspan.store.model_tables import model_fingerprints, model_metrics, model_params, model_tags
from verspan.store.statements import Statement
from verspan.versions.model import GitState, LoggedModel, ModelMetric, SeenFingerprint

_MODELS = tables.logged_models.c
_EXPERIMENTS = tables.experiments.c
_METRICS = model_metrics.c


def add_record(connection: Connection, model: LoggedModel) -> int:
    """Keep the record of a version that is not there, and return its key."""
    key = next_key(connection, _MODELS.model_key)
    row = {"model_key": key, "model_id": model.model_id, "trace_count": 0, **_row(connection, model)}
    _ADD_RECORD.run(connection, *(row.get(column.name) for column in _MODELS))
    _add_parts(connection, key, LoggedModel("", "", "", "", 0, 0), model)
    return key


def change_record(connection: Connection, key: int, before: LoggedModel, after: LoggedModel) -> None:
    """Bring the record of a version from one state to another; its aliases stay."""
    row = _row(connection, after)
    _CHANGE_RECORD.run(connection, *(row[name] for name in _CHANGED), key)
    _add_parts(connection, key, before, after)


_CHANGED: Final = (
    *("name", "experiment_key", "recorded", "status", "git_known", "git_commit", "git_branch", "git_remote_url"),
    *("git_dirty", "model_type", "note", "parent_model_id", "baseline_model_id", "fingerprint", "deleted_ms"),
    *("created_ms", "updated_ms"),
)
_ADD_RECORD = Statement(insert(tables.logged_models))
_CHANGE_RECORD = Statement(
    update(tables.logged_models)
    .where(_MODELS.model_key == bindparam("key"))
    .ordered_values(*((_MODELS[name], bindparam(f"new_{name}")) for name in _CHANGED))
)


def experiment_key(connection: Connection, experiment_id: str, name: str) -> int:
    """The key of an experiment, which is kept where it is new."""
    known = known_keys(connection, _EXPERIMENTS.experiment_id, _EXPERIMENTS.experiment_key, [experiment_id])
    if known:
        return known[experiment_id]
    key = next_key(connection, _EXPERIMENTS.experiment_key)
    connection.execute(
        insert(tables.experiments), {"experiment_key": key, "experiment_id": experiment_id, "name": name}
    )
    return key


def _row(connection: Connection, model: LoggedModel) -> dict[str, Any]:
    git = model.git or GitState()
    known = bool(model.experiment_id)  # else it is known from its spans alone
    return {
        "name": model.name if known or model.name != model.model_id else None,
        "experiment_key": experiment_key(connection, model.experiment_id, model.experiment_name) if known else None,
        "recorded": known,
        "status": model.status.value,
        "git_known": model.git is not None,
        "git_commit": git.commit,
        "git_branch": git.branch,
        "git_remote_url": git.remote_url,
        "git_dirty": git.dirty,
        "model_type": model.model_type,
        "note": model.note,
        "parent_model_id": model.parent_model_id,
        "baseline_model_id": model.baseline_model_id,
        "fingerprint": model.fingerprint,
        "deleted_ms": model.deleted_timestamp,
        "created_ms": model.creation_timestamp,
        "updated_ms": model.last_updated_timestamp,
    }


def _add_parts(connection: Connection, key: int, before: LoggedModel, after: LoggedModel) -> None:
    _bring_texts(connection, model_params, key, before.params, after.params)
    _bring_texts(connection, model_tags, key, before.tags, after.tags)
    _add_metrics(connection, key, sorted({*after.metrics} - {*before.metrics}, key=_place_of_metric))
    _add_fingerprints(connection, key, {*after.fingerprints} - {*before.fingerprints})


def _bring_texts(
    connection: Connection, table: Table, key: int, before: Mapping[str, str], after: Mapping[str, str]
) -> None:
    gone = [(key, name) for name, value in before.items() if after.get(name) != value]
    new = [(key, name, value) for name, value in after.items() if before.get(name) != value]
    if gone:
        _REMOVE_TEXT[table].run_for_each(connection, gone)
    if new:
        _ADD_TEXT[table].run_for_each(connection, new)


_TEXTS: Sequence[Table] = (model_params, model_tags)
_REMOVE_TEXT = {
    table: Statement(delete(table).where(table.c.model_key == bindparam("key"), table.c.name == bindparam("of")))
    for table in _TEXTS
}
_ADD_TEXT = {table: Statement(insert(table)) for table in _TEXTS}


def _place_of_metric(metric: ModelMetric) -> tuple[str, str, int, int]:
    return metric.key, metric.dataset_name or "", metric.timestamp, metric.step


def _add_metrics(connection: Connection, key: int, metrics: Sequence[ModelMetric]) -> None:
    if not metrics:
        return
    places = [(key, *_place_of_metric(metric)) for metric in metrics]
    _REMOVE_METRIC.run_for_each(connection, places)
    rows = ((*place, metric.value, False) for place, metric in zip(places, metrics, strict=True))
    _ADD_METRIC.run_for_each(connection, rows)
    for name in {metric.key for metric in metrics}:
        _mark_newest(connection, key, name)


_METRIC_KEY: Sequence[Column[Any]] = list(model_metrics.primary_key)
_ADD_METRIC = Statement(insert(model_metrics))
_REMOVE_METRIC = Statement(delete(model_metrics).where(*(column == bindparam(column.name) for column in _METRIC_KEY)))


def _mark_newest(connection: Connection, key: int, name: str) -> None:
    _UNMARK.run(connection, False, key, name)  # noqa: FBT003 - what the column is to be
    _MARK.run(connection, True, *_NEWEST.rows(connection, key, name)[0])  # noqa: FBT003 - likewise


_OF_NAME = (_METRICS.model_key == bindparam("key"), _METRICS.name == bindparam("of"))
_NEWEST = Statement(
    select(*_METRIC_KEY)
    .where(*_OF_NAME)
    .order_by(_METRICS.timestamp_ms.desc(), _METRICS.step.desc(), _METRICS.dataset_name)
)
_UNMARK = Statement(update(model_metrics).where(*_OF_NAME).values(newest=bindparam("newest")))
_MARK = Statement(
    update(model_metrics)
    .where(*(column == bindparam(f"key_{column.name}") for column in _METRIC_KEY))
    .values(newest=bindparam("newest"))
)


def _add_fingerprints(connection: Connection, key: int, seen: Iterable[SeenFingerprint]) -> None:
    for each in seen:
        _REMOVE_FINGERPRINT.run(connection, key, each.fingerprint)
        _ADD_FINGERPRINT.run(connection, key, each.fingerprint, each.first_seen_timestamp)


_FINGERPRINTS = model_fingerprints.c
_REMOVE_FINGERPRINT = Statement(
    delete(model_fingerprints).where(
        _FINGERPRINTS.model_key == bindparam("key"), _FINGERPRINTS.fingerprint == bindparam("of")
    )
)
_ADD_FINGERPRINT = Statement(insert(model_fingerprints))
