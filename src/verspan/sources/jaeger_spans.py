"""Spans as Jaeger's query API answers them, as the records that a store takes.

Jaeger's own form keeps times in microseconds and lists as the text of their JSON; what else OTLP said of a span stands
in tags with names of their own: https://www.jaegertracing.io/docs/latest/architecture/apis/ and
https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/jaeger/.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from verspan.semconv import SERVICE_NAME
from verspan.traces.model import EventRecord, LinkRecord, SpanKind, SpanRecord, StatusCode

_NS_IN_US = 1_000
_KINDS: Mapping[str, SpanKind] = {
    "server": "SERVER",
    "client": "CLIENT",
    "producer": "PRODUCER",
    "consumer": "CONSUMER",
}
_STATUSES: Mapping[str, StatusCode] = {"OK": "OK", "ERROR": "ERROR"}
_KIND, _STATUS, _MESSAGE = "span.kind", "otel.status_code", "otel.status_description"
_SCOPE_NAMES, _SCOPE_VERSIONS = ("otel.scope.name", "otel.library.name"), ("otel.scope.version", "otel.library.version")
_ERROR, _FORMAT, TRACE_STATE, _EVENT = "error", "internal.span.format", "w3c.tracestate", "event"
_ITS_OWN = frozenset({_KIND, _STATUS, _MESSAGE, _ERROR, _FORMAT, TRACE_STATE, *_SCOPE_NAMES, *_SCOPE_VERSIONS})
"""Tags that stand for something else than an attribute."""
_TRACE_ID_DIGITS, _SPAN_ID_DIGITS = 32, 16

Json = Mapping[str, Any]


def spans_of(trace: Json) -> Iterator[SpanRecord]:
    """The spans of a trace, as ``/api/traces`` has it."""
    resources = {name: _resource(process) for name, process in trace["processes"].items()}
    for span in trace["spans"]:
        yield _span(span, resources.get(span.get("processID", ""), {}))


def trace_state_of(trace: Json) -> str:
    """The W3C trace state of a trace: its root's, which all of its spans share as far as sampling goes."""
    states = (_tags(span.get("tags")).get(TRACE_STATE) for span in trace["spans"])
    return next((state for state in states if isinstance(state, str)), "")


def _resource(process: Json) -> Mapping[str, Any]:
    return {SERVICE_NAME: process.get("serviceName", ""), **_tags(process.get("tags"))}


def _span(span: Json, resource: Mapping[str, Any]) -> SpanRecord:
    tags = _tags(span.get("tags"))
    parent, links = _references(span)
    start_ns = span["startTime"] * _NS_IN_US
    return SpanRecord(
        trace_id=span["traceID"].rjust(_TRACE_ID_DIGITS, "0"),
        span_id=span["spanID"].rjust(_SPAN_ID_DIGITS, "0"),
        parent_span_id=parent,
        name=span["operationName"],
        kind=_KINDS.get(str(tags.get(_KIND)), "INTERNAL"),
        start_ns=start_ns,
        end_ns=start_ns + span["duration"] * _NS_IN_US,
        status_code=_status(tags),
        status_message=tags.get(_MESSAGE),
        attributes={name: value for name, value in tags.items() if name not in _ITS_OWN},
        events=[_event(log) for log in span.get("logs") or ()],
        links=links,
        resource=resource,
        scope_name=_first(tags, _SCOPE_NAMES),
        scope_version=_first(tags, _SCOPE_VERSIONS),
    )


def _status(tags: Mapping[str, Any]) -> StatusCode:
    """The status; a span that never had OTLP's says with ``error`` alone that it failed."""
    found = _STATUSES.get(str(tags.get(_STATUS)))
    return found or ("ERROR" if tags.get(_ERROR) is True else "UNSET")


def _references(span: Json) -> tuple[str | None, Sequence[LinkRecord]]:
    """The parent, and links to other spans."""
    parent, links = None, []
    for reference in span.get("references") or ():
        span_id = reference["spanID"].rjust(_SPAN_ID_DIGITS, "0")
        if parent is None and reference["refType"] == "CHILD_OF" and reference["traceID"] == span["traceID"]:
            parent = span_id
        else:
            links.append(LinkRecord(reference["traceID"].rjust(_TRACE_ID_DIGITS, "0"), span_id))
    return parent, links


def _event(log: Json) -> EventRecord:
    fields = _tags(log.get("fields"))
    name = fields.pop(_EVENT, "")
    return EventRecord(str(name), log["timestamp"] * _NS_IN_US, fields)


def _first(tags: Mapping[str, Any], names: Sequence[str]) -> str:
    return next((str(tags[name]) for name in names if name in tags), "")


def _tags(found: Sequence[Json] | None) -> dict[str, Any]:
    return {tag["key"]: _value(tag) for tag in found or ()}


def _value(tag: Json) -> Any:
    value = tag.get("value")
    if tag.get("type") == "binary" and isinstance(value, str):
        with suppress(ValueError):
            return base64.b64decode(value)
    if isinstance(value, str) and value.startswith("["):
        with suppress(ValueError):
            return json.loads(value)
    return value
