"""Changes of versions' records that people and programs ask for, each whole and noted in one transaction."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.store import tables
from verspan.store.model_merging import contradicted, with_metrics
from verspan.store.model_notes import note_difference
from verspan.store.model_writing import change_record
from verspan.store.models import get_model, upsert_model
from verspan.versions.model import LoggedModel, LoggedModelStatus, ModelMetric

_MODELS = tables.logged_models.c
_PENDING = LoggedModelStatus.PENDING


def known_model(connection: Connection, model_id: str) -> LoggedModel:
    """The version with this id.

    Raises:
        NotFoundError: there is none.
    """
    found = get_model(connection, model_id)
    if found is None:
        raise NotFoundError(f"there is no version {model_id!r}: `verspan models` lists those there are")
    return found


def present_model(connection: Connection, model_id: str) -> LoggedModel:
    """The version with this id, which is not deleted.

    Raises:
        NotFoundError: there is none.
        InvalidArgumentError: it is deleted.
    """
    found = known_model(connection, model_id)
    if found.deleted_timestamp is not None:
        raise InvalidArgumentError(
            f"the version {found.name} is deleted and does not change: `verspan models restore {model_id}` restores it"
        )
    return found


def model_key(connection: Connection, model_id: str) -> int:
    """The key of a version that is there."""
    return int(connection.execute(select(_MODELS.model_key).where(_MODELS.model_id == model_id)).scalar_one())


def now_ms() -> int:
    """This moment, in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def initialize(connection: Connection, model: LoggedModel) -> LoggedModel:
    """Keep a record whose status is PENDING."""
    before = get_model(connection, model.model_id)
    if before is None or not before.experiment_id:
        return upsert_model(connection, model)
    if before.status is LoggedModelStatus.READY:
        raise InvalidArgumentError(
            f"the version {before.name} is READY and does not become PENDING again: give the new state another name"
        )
    kept = present_model(connection, model.model_id)
    return amend(
        connection,
        kept,
        "initialize",
        status=_PENDING,
        params={**kept.params, **model.params},
        tags={**kept.tags, **model.tags},
        model_type=model.model_type or kept.model_type,
    )


def finalize(connection: Connection, model_id: str, status: LoggedModelStatus) -> LoggedModel:
    """Make a version that is PENDING READY or FAILED."""
    before = present_model(connection, model_id)
    if before.status not in (_PENDING, status):
        raise InvalidArgumentError(
            f"the version {before.name} is {before.status.value} and does not become {status.value}: "
            "only one that is PENDING is finalized. verspan.initialize_logged_model begins a FAILED one again."
        )
    return amend(connection, before, "finalize", status=status)


def log_params(connection: Connection, model_id: str, params: Mapping[str, str]) -> LoggedModel:
    """Add parameters; while the version is PENDING they may also change."""
    before = present_model(connection, model_id)
    refused = contradicted(before, params)
    if refused:
        name = refused[0]
        raise InvalidArgumentError(
            f"the parameter {name!r} of the version {before.name} is {before.params[name][:100]!r} and cannot become "
            f"{params[name][:100]!r}: the version is {before.status.value}. Give the new state another name."
        )
    return amend(connection, before, "log_params", params={**before.params, **params})


def log_metrics(connection: Connection, model_id: str, metrics: Sequence[ModelMetric]) -> LoggedModel:
    """Add measurements."""
    before = present_model(connection, model_id)
    return amend(connection, before, "log_metrics", metrics=with_metrics(before.metrics, metrics))


def set_tags(connection: Connection, model_id: str, tags: Mapping[str, str]) -> LoggedModel:
    """Add tags, or change their values."""
    before = present_model(connection, model_id)
    return amend(connection, before, "tag", tags={**before.tags, **tags})


def delete_tag(connection: Connection, model_id: str, key: str) -> LoggedModel:
    """Take a tag away."""
    before = present_model(connection, model_id)
    if key not in before.tags:
        raise NotFoundError(f"the version {before.name} has no tag {key!r}")
    tags = {name: value for name, value in before.tags.items() if name != key}
    return amend(connection, before, "untag", tags=tags)


def set_note(connection: Connection, model_id: str, note: str | None) -> LoggedModel:
    """Write a note in place of the one that is there."""
    before = present_model(connection, model_id)
    return amend(connection, before, "note", note=note)


def set_parent(connection: Connection, model_id: str, parent_model_id: str | None) -> LoggedModel:
    """Say which version this one was made from."""
    before = present_model(connection, model_id)
    if parent_model_id is not None and _comes_from(connection, known_model(connection, parent_model_id), model_id):
        raise InvalidArgumentError(f"the version {before.name} cannot come from itself, not by others either")
    return amend(connection, before, "parent", parent_model_id=parent_model_id)


def set_baseline(connection: Connection, model_id: str, baseline_model_id: str | None) -> LoggedModel:
    """Say which version this one is to be compared with."""
    before = present_model(connection, model_id)
    if baseline_model_id == model_id:
        raise InvalidArgumentError(f"the version {before.name} cannot be compared with itself: name another baseline")
    if baseline_model_id is not None:
        known_model(connection, baseline_model_id)
    return amend(connection, before, "baseline", baseline_model_id=baseline_model_id)


def delete(connection: Connection, model_id: str) -> LoggedModel:
    """Hide a version from lists and searches."""
    before = known_model(connection, model_id)
    if before.deleted_timestamp is not None:
        return before
    return amend(connection, before, "delete", deleted_timestamp=now_ms())


def restore(connection: Connection, model_id: str) -> LoggedModel:
    """Show a version again that was deleted."""
    before = known_model(connection, model_id)
    return amend(connection, before, "restore", deleted_timestamp=None)


def amend(connection: Connection, before: LoggedModel, verb: str, **fields: Any) -> LoggedModel:
    """Change fields of a record and note it, unless they are so already.

    Args:
        connection: one that may write.
        before: the record as it is.
        verb: what is done, for the audit log.
        fields: what the fields are to be.

    Returns:
        The record as kept.
    """
    changed = replace(before, **fields)
    if changed == before:
        return before
    after = replace(changed, last_updated_timestamp=max(now_ms(), before.last_updated_timestamp))
    change_record(connection, model_key(connection, before.model_id), before, after)
    note_difference(connection, verb, before, after)
    return after


def _comes_from(connection: Connection, model: LoggedModel, model_id: str) -> bool:
    """Whether a version is another or has it among its ancestors."""
    seen: set[str] = set()
    ancestor: LoggedModel | None = model
    while ancestor is not None and ancestor.model_id not in seen:
        if ancestor.model_id == model_id:
            return True
        seen.add(ancestor.model_id)
        ancestor = get_model(connection, ancestor.parent_model_id) if ancestor.parent_model_id else None
    return False
