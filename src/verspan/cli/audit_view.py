"""The columns of ``verspan audit``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from verspan.audit.model import Entry
from verspan.cli.documents import as_json
from verspan.cli.listing import Column
from verspan.cli.quantities import NOTHING, local_time

_NS_PER_MS = 1_000_000
_VALUE_CHARACTERS = 60


def entry_columns(entries: Sequence[Entry]) -> list[Column]:
    """What a list of changes shows, where they came from cut first."""
    return [
        Column("entry", [str(entry.sequence) for entry in entries], right=True),
        Column("time", [local_time(entry.timestamp * _NS_PER_MS) for entry in entries]),
        Column("who", [_erased_or(entry, entry.actor) for entry in entries], least=10),
        Column("action", [entry.action for entry in entries], style="bold"),
        Column("subject", [entry.subject_id for entry in entries], least=12, keeps_end=True, style="cyan"),
        Column("change", [_change(entry) for entry in entries], rank=1, least=16),
        Column("from", [_erased_or(entry, _origin(entry)) for entry in entries], rank=2, least=12),
    ]


def _erased_or(entry: Entry, text: str | None) -> str:
    if entry.erased_by is not None:
        return f"(erased by {entry.erased_by})"
    return text or NOTHING


def _origin(entry: Entry) -> str | None:
    origin = entry.origin
    return None if origin is None else f"{origin.host}, {origin.program} ({origin.interface})"


def _change(entry: Entry) -> str:
    before, after = entry.before or {}, entry.after or {}
    return "; ".join(f"{name}: {_step(name, before, after)}" for name in dict.fromkeys([*before, *after])) or NOTHING


def _step(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    if name not in before:
        return _short(after[name])
    return f"{_short(before[name])} → {_short(after[name]) if name in after else NOTHING}"


def _short(value: Any) -> str:
    if value is None:
        return NOTHING
    text = value if isinstance(value, str) else as_json(value, indented=False)
    return text if len(text) <= _VALUE_CHARACTERS else text[: _VALUE_CHARACTERS - 1] + "…"
