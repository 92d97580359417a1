"""Figures of versions: right, whatever order and however many batches spans come in."""
# ruff: noqa: S101 - these are tests, kept where packages with stores of their own can import them

from __future__ import annotations

from dataclasses import replace

from verspan import semconv
from verspan.store.conformance.records import SECOND_NS, START_NS, call, span, stamp
from verspan.store.interface import Store
from verspan.traces.model import Figures

_ONE, _TWO = (stamp(name)[semconv.LOGGED_MODEL_ID] for name in ("v1", "v2"))


class FigureConformance:
    """Of a store's figures."""

    def test_sums(self, store: Store) -> None:
        """Calls of a model count, and other spans do not; a call without a price is said to be one."""
        tool = {semconv.GEN_AI_OPERATION_NAME: "execute_tool", **stamp("v1")}
        store.write_spans(
            [
                call(1, trace=1, parent=9, **stamp("v1")),
                replace(call(2, trace=1, parent=9, **stamp("v1")), status_code="ERROR"),
                span(3, trace=2, attributes=tool),
                span(4, trace=3, attributes=stamp("v1")),
                call(5, trace=4, **stamp("v2")),
                call(6, trace=5),
            ]
        )
        figures = store.figures([_ONE])[_ONE]
        assert replace(figures, p50_ms=None, p95_ms=None) == (
            Figures(
                model_id=_ONE,
                traces=3,
                calls=2,
                errors=1,
                input_tokens=200,
                output_tokens=20,
                cost_usd=None,
                unpriced_calls=2,
                first_seen_ns=START_NS + SECOND_NS,
                last_seen_ns=START_NS + 5 * SECOND_NS,
            )
        )

    def test_unknown(self, store: Store) -> None:
        """A version that the store does not know has figures of nothing."""
        assert store.figures(["m-none"]) == {"m-none": Figures("m-none")}

    def test_quantiles(self, store: Store) -> None:
        """The quantiles of the durations are within 1 percent, over hours and batches."""
        durations = [number**3 * 1_000_003 for number in range(1, 201)]
        calls = [call(number, trace=number, **stamp("v1")) for number in range(1, 201)]
        timed = [
            replace(one, start_ns=START_NS + at * 60 * SECOND_NS, end_ns=START_NS + at * 60 * SECOND_NS + duration)
            for at, (one, duration) in enumerate(zip(calls, durations, strict=True))
        ]
        for start in range(0, 200, 7):
            store.write_spans(timed[start : start + 7][::-1])
        figures = store.figures([_ONE])[_ONE]
        for found_ms, exact_ns in ((figures.p50_ms, durations[99]), (figures.p95_ms, durations[189])):
            assert found_ms is not None
            assert abs(found_ms - exact_ns / 1e6) <= 0.01 * exact_ns / 1e6

    def test_written_twice(self, store: Store) -> None:
        """Spans that are written again count once."""
        spans = [call(number, trace=number % 3, **stamp("v1")) for number in range(1, 10)]
        store.write_spans(spans)
        before = store.figures([_ONE])
        store.write_spans(spans)
        assert store.figures([_ONE]) == before

    def test_trace_changes_version(self, store: Store) -> None:
        """A trace counts for one version: its root's, once the root is kept."""
        store.write_spans([call(2, parent=1, **stamp("v1"))])
        assert [store.figures([_ONE])[_ONE].traces, store.figures([_TWO])[_TWO].traces] == [1, 0]
        store.write_spans([span(1, attributes=stamp("v2"))])
        assert [figures.traces for figures in store.figures([_ONE, _TWO]).values()] == [0, 1]
        assert [figures.calls for figures in store.figures([_ONE, _TWO]).values()] == [1, 0]
