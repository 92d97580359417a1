"""Changes of versions' records, as the audit log tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from enum import Enum
from typing import Any, Final

from sqlalchemy import Connection

from verspan.audit.model import Change
from verspan.store.audit import note_change
from verspan.versions.model import LoggedModel

_SUBJECT: Final = "model"
# Times are the entry's own; what belongs to others is noted by whoever changes it.
_UNTOLD: Final = ("model_id", "creation_timestamp", "last_updated_timestamp", "aliases", "capture_id")
_TOLD: Final = tuple(field.name for field in fields(LoggedModel) if field.name not in _UNTOLD)


def note_record(connection: Connection, model: LoggedModel) -> None:
    """Note that a version has been registered."""
    after = {name: _plain(getattr(model, name)) for name in _TOLD if getattr(model, name)}
    note_change(connection, Change("model.register", _SUBJECT, model.model_id, None, after))


def note_difference(connection: Connection, verb: str, before: LoggedModel, after: LoggedModel) -> None:
    """Note what of a version's record has changed, if anything has.

    Args:
        connection: the one that makes the change.
        verb: what was done, such as ``tag``.
        before: the record before.
        after: the record now.
    """
    changed = [name for name in _TOLD if getattr(before, name) != getattr(after, name)]
    if changed:
        was = {name: _without(getattr(before, name), getattr(after, name)) for name in changed}
        now = {name: _without(getattr(after, name), getattr(before, name)) for name in changed}
        note_change(connection, Change(f"{_SUBJECT}.{verb}", _SUBJECT, before.model_id, was, now))


def _without(value: Any, other: Any) -> Any:
    """A value as JSON, without what another has of it as well: of many tags the one that changes is told."""
    if isinstance(value, Mapping):
        return {name: each for name, each in value.items() if other.get(name) != each}
    if isinstance(value, tuple | list):
        others = frozenset(other)
        return [_plain(each) for each in value if each not in others]
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Mapping):
        return dict(value)
    return [_plain(each) for each in value] if isinstance(value, tuple | list) else value
