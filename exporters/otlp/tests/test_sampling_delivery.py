"""Batches through the tail sampler."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from verspan.semconv import SPAN_REGISTERED
from verspan.spool.delivery import Outcome
from verspan.spool.spans import SpooledContext, SpooledSpan
from verspan_otlp.sampling import TailSampling
from verspan_otlp.sampling_delivery import DECISION_WAIT_S, TailSamplingDelivery
from verspan_otlp.trace_watch import ObservedTrace, TraceWatch

MakeSpan = Callable[..., SpooledSpan]
HALF = 0x80000000000000
LUCKY, UNLUCKY = HALF, HALF - 1
POLICY = TailSampling(errors=True, slow_ns=1000, threshold=HALF)
ERROR = 2


class _Delivery:
    """Takes everything, as told."""

    def __init__(self) -> None:
        self.outcome = Outcome(delivered=True)
        self.taken: list[tuple[str, str]] = []
        self.closed = False

    def deliver(self, spans: Sequence[SpooledSpan], timeout_s: float) -> Outcome:
        self.taken += [(span.name, span.context.trace_state) for span in spans]
        return self.outcome

    def close(self) -> None:
        self.closed = True


class _Watch(TraceWatch):
    """Knows what a test says it has seen."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[int, tuple[ObservedTrace, float]] = {}

    def find(self, trace_id: int) -> tuple[ObservedTrace, float] | None:
        return self.seen.get(trace_id)


@pytest.fixture
def delivery() -> _Delivery:
    """What stands behind the sampler."""
    return _Delivery()


@pytest.fixture
def watch() -> _Watch:
    """What the sampler knows."""
    return _Watch()


@pytest.fixture
def sampler(delivery: _Delivery, watch: _Watch) -> TailSamplingDelivery:
    """The sampler, at a moment when no trace is slow only because it has not ended."""
    return TailSamplingDelivery(delivery, POLICY, watch, clock_ns=lambda: 0)


@pytest.fixture
def child(make_span: MakeSpan) -> Callable[..., SpooledSpan]:
    """Makes spans of a trace that are not its root."""

    def make(name: str, trace_id: int, trace_state: str = "") -> SpooledSpan:
        context = SpooledContext(trace_id, 2, 1, trace_state, is_remote=False)
        return make_span(name, context=context, parent=context._replace(span_id=1))

    return make


def test_sampled(sampler: TailSamplingDelivery, delivery: _Delivery, watch: _Watch, child: MakeSpan) -> None:
    """Traces are kept whole or not at all; those kept by chance say for how many they stand; the rest is counted."""
    over = ObservedTrace(0, root_ns=1)
    watch.seen = {
        LUCKY: (over, 0.0),
        UNLUCKY: (over, 0.0),
        1: (ObservedTrace(0, has_error=True, root_ns=1), 0.0),
        2: (ObservedTrace(0, root_ns=2000), 0.0),
    }
    batch = [child("a", LUCKY), child("b", UNLUCKY), child("c", 1), child("d", 2), child("e", LUCKY, "ot=th:c,v=1")]

    assert sampler.deliver(batch, 5.0) == Outcome(delivered=True, sampled_out=1)
    assert delivery.taken == [("a", "ot=th:8"), ("c", ""), ("d", ""), ("e", "ot=th:c,v=1")]


def test_not_over(sampler: TailSamplingDelivery, delivery: _Delivery, watch: _Watch, child: MakeSpan) -> None:
    """A batch with a trace that is not over waits, and nothing is wrong; after half a minute it is decided."""
    batch = [child("a", LUCKY)]
    watch.seen = {LUCKY: (ObservedTrace(0), DECISION_WAIT_S - 1)}
    first = sampler.deliver(batch, 5.0)
    watch.seen = {LUCKY: (ObservedTrace(0), DECISION_WAIT_S)}
    second = sampler.deliver(batch, 5.0)

    assert [first, second] == [Outcome(delivered=False, retry_after_s=1.0), Outcome(delivered=True)]
    assert delivery.taken == [("a", "ot=th:8")]


def test_left_by_a_dead_process(
    sampler: TailSamplingDelivery, delivery: _Delivery, child: MakeSpan, make_span: MakeSpan
) -> None:
    """Of traces that nobody watched, those that are there with their roots are judged, and the others are kept."""

    def root(name: str, trace_id: int, status_code: int = 0) -> SpooledSpan:
        context = SpooledContext(trace_id, 1, 1, "", is_remote=False)
        return make_span(name, context=context, status_code=status_code)

    batch = [child("a", UNLUCKY), root("b", 1, ERROR), child("c", 2), root("d", 2), child("e", 1)]

    assert sampler.deliver(batch, 5.0) == Outcome(delivered=True, sampled_out=2)
    assert delivery.taken == [("a", ""), ("b", ""), ("e", "")]


def test_record_of_a_version(
    sampler: TailSamplingDelivery, delivery: _Delivery, watch: _Watch, make_span: MakeSpan
) -> None:
    """The span with a version's record is sent whatever the policy is, and stands for no other."""
    watch.seen = {0xABC: (ObservedTrace(0, root_ns=1), 0.0)}

    assert sampler.deliver([make_span(SPAN_REGISTERED)], 5.0) == Outcome(delivered=True)
    assert delivery.taken == [("logged_model.registered", "")]


def test_nothing_kept(sampler: TailSamplingDelivery, delivery: _Delivery, watch: _Watch, child: MakeSpan) -> None:
    """Where nothing of a batch is kept, the collector is not asked."""
    delivery.outcome = Outcome(delivered=False, reason="down")
    watch.seen = {1: (ObservedTrace(0, root_ns=1), 0.0)}

    assert sampler.deliver([child("a", 1)], 5.0) == Outcome(delivered=True, sampled_out=1)


def test_outage(sampler: TailSamplingDelivery, delivery: _Delivery, watch: _Watch, child: MakeSpan) -> None:
    """What the collector does not take waits as it does without a sampler."""
    delivery.outcome = Outcome(delivered=False, retry_after_s=7.0, reason="down")
    watch.seen = {LUCKY: (ObservedTrace(0, root_ns=1), 0.0), 1: (ObservedTrace(0, root_ns=1), 0.0)}

    assert sampler.deliver([child("a", LUCKY), child("b", 1)], 5.0) == delivery.outcome


def test_close(sampler: TailSamplingDelivery, delivery: _Delivery) -> None:
    """Closing it closes what stands behind it."""
    sampler.close()

    assert delivery.closed
