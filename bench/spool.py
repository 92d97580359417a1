"""What handing over an ended span costs the thread that ends it: into the spool, into OpenTelemetry's batch processor.

    python bench/spool.py [SPANS]

A span of 3.6 kB: 20 attributes on it, and 3 kB of messages that are handed over beside it to the spool, and are on it
for the batch processor, as other instrumentations have them. Both are given the same number of spans in alternating
blocks, with pauses in which their threads deliver. Printed is the median block's mean time of a span: the thread's own
processor time, and the time that passed.
"""

from __future__ import annotations

import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from verspan.instrumentation.handover import ReadyContent, Supplement, end_span
from verspan.spool.delivery import Destination, Outcome
from verspan.spool.processor import SpoolingSpanProcessor
from verspan.spool.spans import SpooledSpan
from verspan.spool.spool import Spool

BLOCK = 250
MESSAGES: dict[str, str | bytes] = {"gen_ai.input.messages": b"x" * 2600, "gen_ai.output.messages": b"y" * 400}


class Cost(NamedTuple):
    """Microseconds a span."""

    processor: float
    passed: float


class _NoExporter(SpanExporter):
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:  # noqa: ARG002 - nothing is done with them
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Nothing to shut down."""


class _NoDelivery:
    def deliver(self, spans: Sequence[SpooledSpan], timeout_s: float) -> Outcome:  # noqa: ARG002 - likewise
        return Outcome(delivered=True)

    def close(self) -> None:
        """Nothing to close."""


class _Ended(SpanProcessor):
    """Keeps the last span as processors are given it, so that handing it over can be measured alone."""

    span: ReadableSpan

    def on_end(self, span: ReadableSpan) -> None:
        self.span = span


def ended_span(*, with_messages: bool) -> ReadableSpan:
    """A span of a call of a model."""
    provider, ended = TracerProvider(shutdown_on_exit=False), _Ended()
    provider.add_span_processor(ended)
    attributes: dict[str, object] = {f"gen_ai.attribute.{number}": number for number in range(19)}
    attributes["gen_ai.response.finish_reasons"] = ["stop"]
    if with_messages:
        attributes.update({name: bytes(text).decode() for name, text in MESSAGES.items() if isinstance(text, bytes)})
    provider.get_tracer("bench", "1.0").start_span("chat gpt-4o-mini", attributes=attributes).end()  # type: ignore[arg-type]  # values of several types
    return ended.span


class _HandedOver:
    """Stands for a span whose end is what is measured: :func:`end_span` lays the supplement down around it."""

    def __init__(self, processor: SpanProcessor, span: ReadableSpan) -> None:
        self._processor = processor
        self._span = span

    def end(self, end_time: int | None = None) -> None:  # noqa: ARG002 - a span's signature
        self._processor.on_end(self._span)


def block(processor: SpanProcessor, span: ReadableSpan, supplement: Supplement | None) -> Cost:
    """Hand the span over a number of times."""
    handed_over = _HandedOver(processor, span)
    cpu, wall = time.thread_time_ns(), time.perf_counter_ns()
    for _ in range(BLOCK):
        end_span(handed_over, supplement)  # type: ignore[arg-type]  # all that it asks of a span is its end
    return Cost((time.thread_time_ns() - cpu) / BLOCK / 1000, (time.perf_counter_ns() - wall) / BLOCK / 1000)


def measured(subjects: dict[str, Callable[[], Cost]], spans: int, rest: Callable[[], object]) -> dict[str, list[Cost]]:
    """Blocks of each subject in turns; after each turn the threads deliver."""
    costs: dict[str, list[Cost]] = {name: [] for name in subjects}
    for _ in range(spans // BLOCK):
        for name, subject in subjects.items():
            costs[name].append(subject())
        rest()
    return costs


def main(spans: int = 50_000) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="verspan-bench-") as folder:
        spool = SpoolingSpanProcessor(
            Spool(Path(folder), Destination("bench", "nowhere"), _NoDelivery, keeps_content=True)
        )
        batch = BatchSpanProcessor(_NoExporter(), max_queue_size=1 << 16)
        beside, on_it = ended_span(with_messages=False), ended_span(with_messages=True)
        content = ReadyContent(MESSAGES)
        subjects = {
            "spool": lambda: block(spool, beside, content),
            "BatchSpanProcessor": lambda: block(batch, on_it, None),
        }
        gc.collect()
        gc.freeze()
        costs = measured(subjects, spans, lambda: (spool.force_flush(), batch.force_flush()))
        spool.shutdown()
        batch.shutdown()  # type: ignore[no-untyped-call]  # the SDK's own method has no annotations
    print(f"{'µs a span, on the thread that ends it':40}{'processor':>10}{'passed':>10}{'p90 passed':>12}")
    for name, blocks in costs.items():
        passed = sorted(cost.passed for cost in blocks)
        median = Cost(statistics.median(cost.processor for cost in blocks), statistics.median(passed))
        print(f"{name:40}{median.processor:10.1f}{median.passed:10.1f}{passed[len(passed) * 9 // 10]:12.1f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
