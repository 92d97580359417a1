"""The recorded spans as the store is given them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from verspan.traces.model import EventRecord, SpanRecord

FOLDER = Path(__file__).parent
RECORDED = sorted((FOLDER / "recorded").glob("*.json"))
START_NS = 1_790_000_000_000_000_000
"""When every recorded trace begins: a moment of September 2026."""
SECOND_NS = 1_000_000_000


def recorded_cases(file: Path) -> dict[str, list[SpanRecord]]:
    """The spans of each case of a recorded file; each starts a second after the one before, and takes half a second."""
    cases = json.loads(file.read_text("utf-8"))["cases"]
    return {name: [_record(one, number) for one in spans] for number, (name, spans) in enumerate(cases.items(), 1)}


def recorded(peer: str, case: str, stamp: Mapping[str, Any] | None = None) -> list[SpanRecord]:
    """The spans of one case of a peer.

    Args:
        peer: the name of the file.
        case: the case.
        stamp: attributes that each span has besides, as those of a version.
    """
    spans = recorded_cases(FOLDER / "recorded" / f"{peer}.json")[case]
    return [replace(one, attributes={**one.attributes, **(stamp or {})}) for one in spans]


def _record(one: Mapping[str, Any], case: int) -> SpanRecord:
    start_ns = START_NS + one["id"] * SECOND_NS
    return SpanRecord(
        trace_id=f"{case:016x}{one['trace']:016x}",
        span_id=f"{one['id']:016x}",
        parent_span_id=f"{one['parent']:016x}" if "parent" in one else None,
        name=one["name"],
        kind=one["kind"],
        start_ns=start_ns,
        end_ns=start_ns + SECOND_NS // 2,
        status_code=one["status"],
        status_message=one.get("status_message"),
        attributes=one.get("attributes", {}),
        events=_events(one.get("events", ()), start_ns),
        resource=one.get("resource", {}),
        scope_name=one["scope"]["name"],
        scope_version=one["scope"]["version"],
    )


def _events(events: Sequence[Mapping[str, Any]], start_ns: int) -> tuple[EventRecord, ...]:
    return tuple(EventRecord(event["name"], start_ns, event.get("attributes", {})) for event in events)
