"""Which traces are worth sending, decided when they are over: the failed, the slow, and a share of the rest.

``VERSPAN_TAIL_SAMPLING=errors,slow>5s,ratio=0.1`` keeps every trace with an error, every one whose root took longer
than five seconds, and a tenth of the others.
"""

from __future__ import annotations

import logging
import os
import re
from dataclasses import dataclass, replace
from enum import Enum

from verspan.semconv import ENV_TAIL_SAMPLING
from verspan_otlp.sampling_threshold import threshold_of
from verspan_otlp.trace_watch import ObservedTrace

_logger = logging.getLogger(__name__)

_NS_PER_S = 1_000_000_000
_NS_PER_UNIT = {"ms": 1_000_000, "s": _NS_PER_S, "m": 60 * _NS_PER_S}
_SLOW = re.compile(r"slow\s*>\s*(\d+(?:\.\d+)?)\s*(ms|s|m)")
_RATIO = re.compile(r"ratio\s*=\s*(\d*\.?\d+)")


class Decision(Enum):
    """What becomes of the spans of a trace."""

    KEPT = "kept"
    """Sent, as every trace of its kind is."""
    SAMPLED = "sampled"
    """Sent, and stands for others that are not."""
    DROPPED = "dropped"
    UNDECIDED = "undecided"
    """It is not over."""


@dataclass(frozen=True)
class TailSampling:
    """The policy."""

    errors: bool = False
    """Whether traces with an error are kept."""
    slow_ns: int | None = None
    """Traces are kept whose root took longer than so many nanoseconds; None where being slow is no reason."""
    threshold: int | None = None
    """The rejection threshold for all others (:mod:`verspan_otlp.sampling_threshold`); None where none is kept."""

    def decide(self, trace: ObservedTrace, randomness: int, now_ns: int, *, can_wait: bool) -> Decision:
        """What becomes of a trace.

        Args:
            trace: what has ended of it.
            randomness: its 56 random bits (:func:`~verspan_otlp.sampling_threshold.randomness_of`).
            now_ns: the time, in nanoseconds since the epoch: what is not over has taken until now.
            can_wait: whether more of the trace may be seen later.
        """
        took_ns = now_ns - trace.started_ns if trace.root_ns is None else trace.root_ns
        if (self.errors and trace.has_error) or (self.slow_ns is not None and took_ns > self.slow_ns):
            return Decision.KEPT
        if trace.root_ns is None and can_wait:
            return Decision.UNDECIDED
        return Decision.SAMPLED if self.threshold is not None and randomness >= self.threshold else Decision.DROPPED


def tail_sampling_from_environment() -> TailSampling | None:
    """The policy of ``VERSPAN_TAIL_SAMPLING``; None where it is unset or cannot be read, and then all is sent."""
    text = os.environ.get(ENV_TAIL_SAMPLING, "").strip()
    if not text:
        return None
    policy = TailSampling()
    for rule in map(str.strip, text.split(",")):
        changed = _with_rule(policy, rule)
        if changed is None:
            _logger.warning(
                "%s=%s cannot be read at %r: every trace is sent. Write it as in errors,slow>5s,ratio=0.1.",
                ENV_TAIL_SAMPLING,
                text,
                rule,
            )
            return None
        policy = changed
    return policy


def _with_rule(policy: TailSampling, rule: str) -> TailSampling | None:
    if rule == "errors":
        return replace(policy, errors=True)
    if slow := _SLOW.fullmatch(rule):
        return replace(policy, slow_ns=round(float(slow[1]) * _NS_PER_UNIT[slow[2]]))
    if (ratio := _RATIO.fullmatch(rule)) and float(ratio[1]) <= 1:
        return replace(policy, threshold=threshold_of(float(ratio[1])))
    return None
