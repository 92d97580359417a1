"""Looking at two versions again and again, until one look shows enough or the time is up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from verspan.comparison.comparing import Design, compare_evidence
from verspan.comparison.looks import AnyLooks
from verspan.comparison.mix import mix_warnings
from verspan.comparison.model import Comparison
from verspan.errors import StoreUnavailableError
from verspan.gating.model import Verdict
from verspan.watching.clock import Clock
from verspan.watching.model import Judgement, Look
from verspan.watching.observing import evidence_of
from verspan.watching.plan import Plan
from verspan.watching.reading import Opens, Reader

_NS = 1_000_000_000
_LONGEST_WAIT_S = 300.0
"""Between two tries of a source that does not answer, unless looks are further apart anyway."""


def looks(plan: Plan, opens: Opens, clock: Clock) -> Iterator[Look]:
    """Looks at two versions, the last of which has ended it.

    However many there are, a version that is no worse is said to be worse in at most `plan.alpha` of all watches:
    intervals and p-values hold at every look (:class:`~verspan.comparison.looks.AnyLooks`).

    Args:
        plan: what is watched, and who judges.
        opens: where the traces are; while that does not answer it is tried again, less and less often.
        clock: the time.

    Raises:
        InvalidArgumentError: both are the same version.
        StoreError: the traces cannot be read, and will not be by waiting.
    """
    watch = _Watch(plan, opens)
    while True:
        look = watch.look(clock.now_ns())
        yield look
        if look.ended:
            return
        rest_s = (plan.until_ns - clock.now_ns()) / _NS
        clock.wait(max(0.0, min(watch.pause_s, rest_s)))


class _Watch:
    def __init__(self, plan: Plan, opens: Opens) -> None:
        self._plan = plan
        self._reader = Reader(plan, opens)
        self._number = 0
        self._failures = 0

    @property
    def pause_s(self) -> float:
        """How long to wait for the next look: longer each time that nothing could be read."""
        every = self._plan.every_s
        return min(every * 2.0**self._failures, max(every, _LONGEST_WAIT_S))

    def look(self, now_ns: int) -> Look:
        self._number += 1
        over = now_ns >= self._plan.until_ns
        comparison, judgement = self._seen(now_ns, over=over)
        before, after = self._reader.traffic
        if over and judgement.verdict is Verdict.INCONCLUSIVE:
            judgement = replace(judgement, reason=f"the time is up, and {judgement.reason}")
        ended = over or judgement.verdict is not Verdict.INCONCLUSIVE
        return Look(self._number, now_ns, (len(before), len(after)), comparison, judgement, ended)

    def _seen(self, now_ns: int, *, over: bool) -> tuple[Comparison | None, Judgement]:
        try:
            missing = self._reader.read(now_ns)
        except StoreUnavailableError as error:
            self._failures = min(self._failures + 1, 10)
            return None, _open(f"nothing can be read now, and it is tried again: {error}")
        self._failures = 0
        traffic = self._reader.traffic
        unseen = [name for name, each in zip(self._reader.names, traffic, strict=True) if not len(each)]
        if unseen:
            return None, _open("; ".join([f"no traffic of {' and '.join(unseen)} yet", *missing]))
        return self._compared(over=over)

    def _compared(self, *, over: bool) -> tuple[Comparison, Judgement]:
        plan, (before, after) = self._plan, self._reader.traffic
        design = Design(plan.alpha, AnyLooks(alpha=plan.alpha))
        warnings = mix_warnings(before.latest, after.latest)
        comparison = compare_evidence(*self._reader.names, evidence_of(before, after), design, warnings)
        units = before.units, after.units
        if min(units) < plan.least:
            return comparison, _open(f"too little traffic for a verdict: {units[0]} and {units[1]} of {plan.least}")
        return comparison, plan.judge(comparison, over=over)


def _open(reason: str) -> Judgement:
    return Judgement(Verdict.INCONCLUSIVE, reason)
