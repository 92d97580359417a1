"""Spans come back exactly as they were given, each once."""
# ruff: noqa: S101 - these are tests, kept where packages with stores of their own can import them

from __future__ import annotations

import dataclasses
import enum
import json
import math
import random
from functools import partial
from types import MappingProxyType
from typing import Any

from verspan import semconv
from verspan.errors import InvalidArgumentError
from verspan.store.conformance.records import call, message, refused, span, span_id, stamp, trace_id
from verspan.store.interface import Store, WriteResult
from verspan.traces.model import EventRecord, LinkRecord, SpanRecord, TraceQuery

_HISTORY = [message("system", "Be brief."), message("user", "Where is my parcel?")]
_ODD_TEXTS = ["", "é ☃ 🦉", "lone \ud800 surrogate", "nul \0 byte", "\0bytes", "'; DROP TABLE spans; --", "x" * 100_000]
_VALUES = [None, True, False, 0, -1, 2**63 - 1, 2**70, 0.1, math.inf, b"\x00\xff", *_ODD_TEXTS]


class SpanConformance:
    """Of a store's spans."""

    def test_every_field(self, store: Store) -> None:
        """A span with everything a span can have comes back equal in every field."""
        given = SpanRecord(
            trace_id=trace_id(7),
            span_id=span_id(8),
            parent_span_id=span_id(9),
            name="chat gpt-4o-mini",
            kind="PRODUCER",
            start_ns=1,
            end_ns=3,
            status_code="ERROR",
            status_message="it broke",
            attributes={
                **stamp("v1"),
                semconv.GEN_AI_OPERATION_NAME: "chat",
                semconv.GEN_AI_USAGE_INPUT_TOKENS: 12,
                semconv.ERROR_TYPE: "TimeoutError",
                "list": [1, "two", [3.0], {"four": (5, b"6")}],
                "mapping": {"a": {"b": None}},
            },
            events=(EventRecord("exception", 2, {"exception.type": "TimeoutError"}), EventRecord("later", 3)),
            links=(LinkRecord(trace_id(5), span_id(6), {"why": "retry"}), LinkRecord(trace_id(5), span_id(7))),
            resource={"service.name": "support", "process.pid": 4711},
            scope_name="verspan_openai",
            scope_version="1.2",
        )
        assert stored(store, given) == given

    def test_least(self, store: Store) -> None:
        """A span with nothing but what it must have comes back equal."""
        assert stored(store, span()) == span()

    def test_empty_texts(self, store: Store) -> None:
        """Empty texts are kept apart from texts that are not there."""
        given = span(name="", status_message="", attributes={"": ""})
        assert stored(store, given) == given

    def test_odd_values(self, store: Store) -> None:
        """Values that JSON or a column cannot hold come back as they were, wherever they stand."""
        attributes: dict[str, Any] = {f"attribute {number}": value for number, value in enumerate(_VALUES)}
        nested = {"list": list(_VALUES), "tuple": tuple(_VALUES), "mapping": dict(attributes)}
        given = span(
            name=_ODD_TEXTS[2],
            status_message=_ODD_TEXTS[2],
            scope_name=_ODD_TEXTS[2],
            attributes=attributes | nested | {text: text for text in _ODD_TEXTS},
            events=(EventRecord(_ODD_TEXTS[2], 1, attributes),),
            resource=nested,
        )
        assert stored(store, given) == given

    def test_not_a_number(self, store: Store) -> None:
        """A float that is not a number comes back as one."""
        assert math.isnan(stored(store, span(attributes={"x": math.nan})).attributes["x"])

    def test_plain_values(self, store: Store) -> None:
        """Enumerations, other mappings and unknown objects are kept as the plain values that they stand for."""

        class Colour(str, enum.Enum):
            RED = "red"

        given = {"enum": Colour.RED, "mapping": MappingProxyType({"a": 1}), "object": {1}, "number": {2: "two"}}
        assert stored(store, span(attributes=given)).attributes == {
            "enum": "red",
            "mapping": {"a": 1},
            "object": "{1}",
            "number": {"2": "two"},
        }

    def test_random_values(self, store: Store) -> None:
        """Attributes of any shape come back as they were."""
        chance = random.Random(20_261_123)  # noqa: S311 - examples, the same ones every time
        given = [
            span(number, attributes={str(key): _random_value(chance, 4) for key in range(8)}) for number in range(1, 40)
        ]
        store.write_spans(given)
        trace = store.get_trace(trace_id(1))
        assert trace is not None
        assert [kept.span for kept in trace.spans] == given

    def test_content_as_values(self, store: Store) -> None:
        """Content given as lists and mappings comes back as lists and mappings."""
        attributes = {
            semconv.GEN_AI_INPUT_MESSAGES: _HISTORY,
            semconv.GEN_AI_OUTPUT_MESSAGES: [],
            semconv.GEN_AI_TOOL_CALL_ARGUMENTS: {"order": b"4711", "parts": (1, 2)},
            semconv.VERSPAN_INPUTS: "a text that is no JSON",
            semconv.VERSPAN_OUTPUTS: None,
        }
        assert stored(store, span(attributes=attributes)).attributes == attributes

    def test_content_as_json(self, store: Store) -> None:
        """Content given as JSON comes back as the same text or bytes, however it was written."""
        texts = [
            json.dumps(_HISTORY),
            json.dumps(_HISTORY, separators=(",", ":")),
            json.dumps(_HISTORY, indent=2),
            json.dumps([*_HISTORY, message("user", "\ud800 ☃")], ensure_ascii=True),
            ' [ {"a": 1.0} ,{"a":1e3} , 2 ]\n',
            '[{"a": 1}] and more',
            "[] ",
            "[1, 2",
            '"text"',
            "",
            "not JSON \ud800",
        ]
        given = [
            span(number, attributes={semconv.GEN_AI_INPUT_MESSAGES: text, semconv.VERSPAN_INPUTS: text})
            for number, text in enumerate([*texts, *(text.encode("utf-8", "replace") for text in texts), b"\xff[1]"], 1)
        ]
        store.write_spans(given)
        trace = store.get_trace(trace_id(1))
        assert trace is not None
        assert [kept.span for kept in trace.spans] == given

    def test_written_twice(self, store: Store) -> None:
        """A span that is written again changes nothing, in one batch or in another."""
        spans = [call(1, **stamp("v1")), call(2, parent=1, **stamp("v1"))]
        assert store.write_spans([*spans, spans[0]]) == WriteResult(written=2, duplicates=1)
        before = whole(store)
        assert store.write_spans(spans) == WriteResult(written=0, duplicates=2)
        changed = dataclasses.replace(spans[0], name="changed")
        assert store.write_spans([changed, call(3, parent=1)]) == WriteResult(written=1, duplicates=1)
        trace = store.get_trace(trace_id(1))
        assert trace is not None
        assert [kept.span for kept in trace.spans] == [*spans, call(3, parent=1)]
        assert before[0] == (trace_id(1), 2)

    def test_same_span_id(self, store: Store) -> None:
        """Spans of two traces may have the same id."""
        assert store.write_spans([span(1, trace=1), span(1, trace=2)]) == WriteResult(written=2, duplicates=0)
        assert store.write_spans([span(1, trace=2), span(2, trace=2)]) == WriteResult(written=1, duplicates=1)

    def test_nothing(self, store: Store) -> None:
        """A batch of no spans is fine."""
        assert store.write_spans([]) == WriteResult(written=0, duplicates=0)

    def test_order(self, store: Store) -> None:
        """The spans of a trace come by start time, whatever order they were written in."""
        spans = [span(number, parent=None if number == 1 else 1) for number in range(1, 8)]
        store.write_spans(spans[::-2])
        store.write_spans(spans[1::2])
        trace = store.get_trace(trace_id(1))
        assert trace is not None
        assert [kept.span for kept in trace.spans] == spans

    def test_refused(self, store: Store) -> None:
        """A span without proper ids or times is refused, and with it its whole batch."""
        for fields in (
            {"trace_id": "xyz"},
            {"span_id": "12"},
            {"parent_span_id": ""},
            {"start_ns": -1},
            {"end_ns": 2**63},
        ):
            bad = dataclasses.replace(span(2), **fields)
            refused(InvalidArgumentError, partial(store.write_spans, [span(1), bad]))
        assert store.find_traces(TraceQuery()).traces == []


def stored(store: Store, given: SpanRecord) -> SpanRecord:
    """The span as the store gives it back."""
    store.write_spans([given])
    trace = store.get_trace(given.trace_id)
    assert trace is not None
    (kept,) = trace.spans
    return kept.span


def whole(store: Store) -> list[tuple[str, int]]:
    """Every trace with its number of spans."""
    return [(summary.trace_id, summary.span_count) for summary in store.find_traces(TraceQuery()).traces]


def _random_value(chance: random.Random, depth: int) -> Any:
    kind = chance.randrange(8 if depth else 5)
    if kind < 5:  # noqa: PLR2004 - the leaves
        return chance.choice(_VALUES)
    items = [_random_value(chance, depth - 1) for _ in range(chance.randrange(4))]
    return {5: items, 6: tuple(items), 7: {chance.choice(_ODD_TEXTS): item for item in items}}[kind]
