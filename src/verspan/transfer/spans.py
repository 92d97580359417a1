"""A span as one line of JSON and back, exactly: values that JSON does not have are written as the store writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from verspan.store.encoding import from_json, to_json
from verspan.traces.model import Attributes, EventRecord, LinkRecord, SpanRecord

_TRACE_ID: Final = re.compile(r"[0-9a-f]{32}")
_SPAN_ID: Final = re.compile(r"[0-9a-f]{16}")
_KINDS: Final = frozenset({"INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"})
_STATUSES: Final = frozenset({"UNSET", "OK", "ERROR"})
_TIMES: Final = range(2**62)
_TEXT: Final = frozenset({str})
_FIELDS: Final = frozenset(SpanRecord.__dataclass_fields__)
_OPTIONAL: Final = ("parent_span_id", "status_message", "attributes", "resource", "scope_name", "scope_version")


def span_line(span: SpanRecord) -> bytes:
    """The line of a span, without its end; what the span does not have is left out."""
    document: dict[str, Any] = {
        "trace_id": span.trace_id,
        "span_id": span.span_id,
        "name": span.name,
        "kind": span.kind,
        "start_ns": span.start_ns,
        "end_ns": span.end_ns,
        "status_code": span.status_code,
    }
    for name in _OPTIONAL:
        value = getattr(span, name)
        if value:
            document[name] = value
    if span.events:
        document["events"] = [[event.name, event.time_ns, event.attributes] for event in span.events]
    if span.links:
        document["links"] = [[link.trace_id, link.span_id, link.attributes] for link in span.links]
    return to_json(document)


def parse_span(line: bytes) -> SpanRecord:
    """The span of a line.

    Raises:
        ValueError: it is no span; the message says what of it is not.
    """
    try:
        found = from_json(line)
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError("it is not JSON as Verspan writes it") from error
    if not isinstance(found, dict) or not found.keys() <= _FIELDS:
        raise ValueError("it is not an object with the fields of a span")
    parent = found.get("parent_span_id")
    return SpanRecord(
        trace_id=_matching(found.get("trace_id"), _TRACE_ID, "trace_id"),
        span_id=_matching(found.get("span_id"), _SPAN_ID, "span_id"),
        parent_span_id=None if parent is None else _matching(parent, _SPAN_ID, "parent_span_id"),
        name=_text(found.get("name"), "name"),
        kind=_one_of(found.get("kind"), _KINDS, "kind"),
        start_ns=_time(found.get("start_ns"), "start_ns"),
        end_ns=_time(found.get("end_ns"), "end_ns"),
        status_code=_one_of(found.get("status_code"), _STATUSES, "status_code"),
        status_message=_text(found["status_message"], "status_message") if "status_message" in found else None,
        attributes=_attributes(found.get("attributes", {}), "attributes"),
        events=[_event(event) for event in _list(found.get("events", []), "events", 3)],
        links=[_link(link) for link in _list(found.get("links", []), "links", 3)],
        resource=_attributes(found.get("resource", {}), "resource"),
        scope_name=_text(found.get("scope_name", ""), "scope_name"),
        scope_version=_text(found.get("scope_version", ""), "scope_version"),
    )


def _event(event: list[Any]) -> EventRecord:
    name, time_ns, attributes = event
    return EventRecord(
        _text(name, "name of an event"), _time(time_ns, "time of an event"), _attributes(attributes, "event")
    )


def _link(link: list[Any]) -> LinkRecord:
    trace_id, span_id, attributes = link
    return LinkRecord(
        _matching(trace_id, _TRACE_ID, "trace id of a link"),
        _matching(span_id, _SPAN_ID, "span id of a link"),
        _attributes(attributes, "link"),
    )


def _matching(value: Any, form: re.Pattern[str], name: str) -> str:
    if not isinstance(value, str) or form.fullmatch(value) is None:
        raise ValueError(f"its {name} is not an id")
    return value


def _text(value: Any, name: str) -> str:
    if isinstance(value, str):
        return value
    raise ValueError(f"its {name} is not text")


def _time(value: Any, name: str) -> int:
    if type(value) is not int or value not in _TIMES:
        raise ValueError(f"its {name} is not nanoseconds from 1970 to 2116")
    return value


def _one_of(value: Any, known: frozenset[str], name: str) -> Any:
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"its {name} is none of {', '.join(sorted(known))}")
    return value


def _attributes(value: Any, name: str) -> Attributes:
    if not isinstance(value, Mapping) or not {*map(type, value)} <= _TEXT:
        raise ValueError(f"its {name} is not an object")
    return value


def _list(value: Any, name: str, length: int) -> list[list[Any]]:
    if not isinstance(value, list) or not all(isinstance(item, list) and len(item) == length for item in value):
        raise ValueError(f"its {name} are not a list of lists with {length} items")
    return value
