"""The tail sampler: between the spool, which keeps everything, and the collector, which gets what is worth sending.

Spans are judged when they are read from disk, by what :class:`~verspan_otlp.trace_watch.TraceWatch` saw when they
ended. As long as a trace in a batch is not over, the batch stays in the spool, where it survives the process, so spans
are sent up to half a minute late.

What a dead process left, nobody has watched. Its traces are judged by those of their spans that come together, and are
kept where the root is not among them: nobody knows any more how they ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from opentelemetry.trace import StatusCode

from verspan.semconv import SPAN_REGISTERED
from verspan.spool.delivery import Delivery, Outcome
from verspan.spool.spans import SpooledSpan
from verspan_otlp.sampling import Decision, TailSampling
from verspan_otlp.sampling_threshold import randomness_of, with_threshold
from verspan_otlp.trace_watch import ObservedTrace, TraceWatch

DECISION_WAIT_S = 30.0
"""Seconds after which a trace that is not over is judged by what has ended of it, as long as the Collector waits."""
_LOOK_AGAIN_S = 1.0


class TailSamplingDelivery:
    """Hands on to another delivery the spans of those traces that a policy keeps."""

    def __init__(
        self, delivery: Delivery, policy: TailSampling, watch: TraceWatch, clock_ns: Callable[[], int] = time.time_ns
    ) -> None:
        self._delivery = delivery
        self._policy = policy
        self._watch = watch
        self._clock_ns = clock_ns

    def deliver(self, spans: Sequence[SpooledSpan], timeout_s: float) -> Outcome:
        """Deliver what is kept of a batch; where one of its traces is not over, the whole batch waits."""
        decisions = self._decide(spans)
        if Decision.UNDECIDED in decisions.values():
            return Outcome(delivered=False, retry_after_s=_LOOK_AGAIN_S)
        kept = [self._marked(span, decisions[span.context.trace_id]) for span in spans]
        wanted = [span for span in kept if span is not None]
        outcome = self._delivery.deliver(wanted, timeout_s) if wanted else Outcome(delivered=True)
        return replace(outcome, sampled_out=len(spans) - len(wanted)) if outcome.delivered else outcome

    def close(self) -> None:
        """Close the delivery behind this one."""
        self._delivery.close()

    def _decide(self, spans: Sequence[SpooledSpan]) -> dict[int, Decision]:
        by_trace: dict[int, list[SpooledSpan]] = {}
        for span in spans:
            by_trace.setdefault(span.context.trace_id, []).append(span)
        return {trace_id: self._decision(trace_id, together) for trace_id, together in by_trace.items()}

    def _decision(self, trace_id: int, spans: Sequence[SpooledSpan]) -> Decision:
        if any(span.name == SPAN_REGISTERED for span in spans):
            return Decision.KEPT  # a version's record, which is sent once
        watched = self._watch.find(trace_id)
        trace, known_s = watched if watched is not None else (_trace_of(spans), DECISION_WAIT_S)
        if watched is None and trace.root_ns is None:
            return Decision.KEPT
        randomness = randomness_of(trace_id, spans[0].context.trace_state)
        return self._policy.decide(trace, randomness, self._clock_ns(), can_wait=known_s < DECISION_WAIT_S)

    def _marked(self, span: SpooledSpan, decision: Decision) -> SpooledSpan | None:
        """The span as it is sent; None where it is not."""
        if decision is not Decision.SAMPLED or self._policy.threshold is None:
            return span if decision is Decision.KEPT else None
        state = with_threshold(span.context.trace_state, self._policy.threshold)
        return span._replace(context=span.context._replace(trace_state=state))


def _trace_of(spans: Sequence[SpooledSpan]) -> ObservedTrace:
    trace = ObservedTrace(spans[0].start_time)
    for span in spans:
        trace.add(
            span.start_time,
            span.end_time,
            is_local_root=span.parent is None or span.parent.is_remote,
            is_error=span.status_code == StatusCode.ERROR.value,
        )
    return trace
