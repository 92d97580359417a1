"""What of a span is in no column, as one compressed JSON object, and the span put together again.

====  ==========================================================================================================
 a    attributes, content apart
 c    content attributes: name to form, head, separator, tail and how many bodies it has, see `contents`
 e    events: name, time and attributes of each
 k    the keys of all these bodies, one attribute's after the other's
 l    links: trace id, span id and attributes of each
 m    status message
 n    the name, where a column cannot hold it as it is; likewise s and v, the scope's name and version
 o    attributes and events as another dialect had them, see `originals`
====  ==========================================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import Row

from verspan.store.contents import Content, join
from verspan.store.encoding import from_json, to_json
from verspan.store.originals import NO_ORIGINALS, Originals, packed, unpacked
from verspan.store.promoted import PICODOLLARS, USAGE, writable
from verspan.traces.model import (
    Attributes,
    Cost,
    EventRecord,
    LinkRecord,
    SpanRecord,
    StatusCode,
    StoredSpan,
)

STATUSES: Sequence[StatusCode] = ("UNSET", "OK", "ERROR")


def span_body(
    span: SpanRecord, attributes: Attributes, contents: Mapping[str, Content], originals: Originals | None = None
) -> bytes:
    """The JSON object of a span, but for the keys of its bodies, which :func:`with_keys` adds.

    Args:
        span: the span.
        attributes: its attributes, content and originals apart.
        contents: its content attributes, taken apart.
        originals: what another dialect said, where it did.
    """
    body: dict[str, Any] = {"a": orjson.Fragment(to_json(attributes))}
    if contents:
        body["c"] = {
            name: (form, head, separator, tail, len(bodies))
            for name, (form, bodies, head, separator, tail) in contents.items()
        }
    for key, value in _rest(span, told=originals is not None):
        body[key] = orjson.Fragment(to_json(value))
    if originals is not None:
        body["o"] = packed(originals, [one.content for content in contents.values() for one in content.bodies])
    return orjson.dumps(body)


def with_keys(body: bytes, keys: Sequence[int]) -> bytes:
    """A span's object with the keys of all its bodies."""
    return body[:-1] + b',"k":' + orjson.dumps(keys) + b"}" if keys else body


def _rest(span: SpanRecord, *, told: bool) -> Iterator[tuple[str, Any]]:
    """What most spans have not; events are told already where there are originals."""
    if span.events and not told:
        yield "e", [[event.name, event.time_ns, event.attributes] for event in span.events]
    if span.links:
        yield "l", [[link.trace_id, link.span_id, link.attributes] for link in span.links]
    if span.status_message is not None:
        yield "m", span.status_message
    if not (span.name + span.scope_name + span.scope_version).isascii():
        for key, text in (("n", span.name), ("s", span.scope_name), ("v", span.scope_version)):
            if writable(text) != text:
                yield key, text


def body_keys(body: Mapping[str, Any]) -> Sequence[int]:
    """The keys of the bodies that a span's object refers to."""
    keys: Sequence[int] = body.get("k", ())
    return keys


def parse_span_body(text: bytes) -> Mapping[str, Any]:
    """A span's object from its JSON."""
    body: Mapping[str, Any] = from_json(text)
    return body


def stored_span(
    row: Row[Any], trace_id: str, body: Mapping[str, Any], bodies: Mapping[int, bytes], resource: Attributes
) -> StoredSpan:
    """A span as it was given, from its row, its object and the bodies that the object refers to."""
    told = unpacked(body["o"], [bodies[key] for key in body_keys(body)]) if "o" in body else NO_ORIGINALS
    span = SpanRecord(
        trace_id=trace_id,
        span_id=row.span_id.hex(),
        parent_span_id=row.parent_span_id.hex() if row.parent_span_id is not None else None,
        name=body.get("n", row.name),
        kind=row.kind,
        start_ns=row.start_ns,
        end_ns=row.start_ns + row.duration_ns,
        status_code=STATUSES[row.status],
        status_message=body.get("m"),
        attributes={**body["a"], **told.attributes, **_contents(body, bodies)},
        events=tuple(told.events) or tuple(EventRecord(*event) for event in body.get("e", ())),
        links=tuple(LinkRecord(*link) for link in body.get("l", ())),
        resource=resource,
        scope_name=body.get("s", row.scope_name),
        scope_version=body.get("v", row.scope_version),
    )
    paid = row.cost_pico is not None and row.counted & USAGE
    return StoredSpan(span, Cost(row.cost_pico / PICODOLLARS, row.price_version) if paid else None)


def _contents(body: Mapping[str, Any], bodies: Mapping[int, bytes]) -> dict[str, Any]:
    keys = iter(body_keys(body))
    return {
        name: join(form, [bodies[key] for key in islice(keys, count)], head, separator, tail)
        for name, (form, head, separator, tail, count) in body.get("c", {}).items()
    }
