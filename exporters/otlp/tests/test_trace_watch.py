"""What is remembered of traces while they run."""

from __future__ import annotations

import os
from collections.abc import Callable

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

from verspan_otlp.trace_watch import ObservedTrace, TraceWatch

MakeProvider = Callable[..., TracerProvider]


class _Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_watched(make_provider: MakeProvider) -> None:
    """A trace has the earliest start, any error, and how long its root took once that has ended; its age is known."""
    clock = _Clock()
    watch = TraceWatch(clock=clock)
    provider = make_provider()
    provider.add_span_processor(watch)
    tracer = provider.get_tracer("support")
    root = tracer.start_span("root", start_time=10)
    call = tracer.start_span("call", trace.set_span_in_context(root), start_time=20)
    call.set_status(trace.StatusCode.ERROR)

    before = watch.find(0xABC)
    call.end(30)
    clock.now = 4.0
    during = watch.find(0xABC)
    observed = ObservedTrace(20, has_error=True)
    root_open = during == (observed, 4.0)
    root.end(50)

    assert (before, root_open) == (None, True)
    assert watch.find(0xABC) == (ObservedTrace(10, has_error=True, root_ns=40), 4.0)


def test_local_root(make_provider: MakeProvider) -> None:
    """In a service that was called, the span whose parent is in the caller is the root."""
    watch = TraceWatch(clock=_Clock())
    provider = make_provider()
    provider.add_span_processor(watch)
    caller = NonRecordingSpan(SpanContext(0xDEF, 1, is_remote=True, trace_flags=TraceFlags(1)))

    provider.get_tracer("support").start_span("root", trace.set_span_in_context(caller), start_time=10).end(30)

    assert watch.find(0xDEF) == (ObservedTrace(10, root_ns=20), 0.0)


def _end_traces(watch: TraceWatch, provider: TracerProvider, *trace_ids: int) -> None:
    for trace_id in trace_ids:
        caller = NonRecordingSpan(SpanContext(trace_id, 1, is_remote=True, trace_flags=TraceFlags(1)))
        provider.get_tracer("support").start_span("root", trace.set_span_in_context(caller)).end()


def test_bounded(make_provider: MakeProvider) -> None:
    """Of too many traces the oldest is forgotten."""
    watch = TraceWatch(max_traces=2)
    provider = make_provider()
    provider.add_span_processor(watch)

    _end_traces(watch, provider, 1, 2, 3)

    assert [watch.find(trace_id) is not None for trace_id in (1, 2, 3)] == [False, True, True]


def test_forked(make_provider: MakeProvider) -> None:
    """A forked child begins with nothing, whatever lock its parent held."""
    watch = TraceWatch()
    provider = make_provider()
    provider.add_span_processor(watch)
    _end_traces(watch, provider, 1)

    with watch._lock:
        child = os.fork()
        if child == 0:
            _end_traces(watch, provider, 2)
            os._exit([watch.find(1), watch.find(2)].count(None))

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
