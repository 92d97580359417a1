"""How often watching fails a version that is no worse, and how soon it finds one that is, by simulation.

A seeded few; `bench/watching.py` has hundreds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
from tests.watching.versions import MINUTE_NS, START_NS, FakeClock, plan, record_of

from verspan.gating.model import Verdict
from verspan.sources.model import ObservedTrace, Window
from verspan.versions.identity import model_id_for
from verspan.versions.model import LoggedModel
from verspan.watching.judging import Margins, without_policy
from verspan.watching.looking import looks
from verspan.watching.model import Look

RUNS, LOOKS, A_LOOK = 10, 200, 4
ALPHA = 0.05
NEVER = Margins(rate=-1.0, share=-1.0)
"""Nothing is ever within these: a watch without a regression goes on to its end."""


@dataclass
class Drawn:
    """Some traces of each version a look: skewed latencies, errors of one in twenty, two traces a session."""

    clock: FakeClock
    seed: int
    slower: float = 1.0
    failing: float = 0.05

    def __post_init__(self) -> None:
        self._chance = np.random.default_rng(self.seed)

    def opens(self, _versions: Sequence[str], _window: Window) -> nullcontext[Drawn]:
        return nullcontext(self)

    @property
    def store(self) -> Drawn:
        return self

    def find_models(self, query: object) -> Sequence[LoggedModel]:
        return [record_of(str(getattr(query, "name", "")))]

    def get_model(self, model_id: str) -> LoggedModel | None:
        return next(each for each in map(record_of, ("v1", "v2")) if each.model_id == model_id)

    def observed(self, model_id: str, _window: Window) -> Iterator[ObservedTrace]:
        later, now = model_id == model_id_for("shop", "v2"), self.clock.now
        took = self._chance.lognormal(6, 0.5, A_LOOK) * (self.slower if later else 1.0)
        failed = self._chance.random(A_LOOK) < (self.failing if later else 0.05)
        for number in range(A_LOOK):
            trace_id, session = f"{later}-{now}-{number}", f"{later}-{now}-{number // 2}"
            yield ObservedTrace(
                trace_id, "answer", now, float(took[number]), bool(failed[number]), session, None, calls=()
            )


def last_look(seed: int, margins: Margins, slower: float = 1.0, failing: float = 0.05) -> Look:
    clock = FakeClock()
    asked = plan(judge=without_policy(margins), every_s=60.0, until_ns=START_NS + (LOOKS - 1) * MINUTE_NS)
    *_, last = looks(asked, Drawn(clock, seed, slower, failing).opens, clock)  # type: ignore[arg-type]  # a fake store
    return last


def test_two_hundred_looks_at_the_same() -> None:
    """Of watches with 200 looks at two versions that are alike, no more fail than alpha says, but for chance."""
    ends = [last_look(seed, NEVER) for seed in range(RUNS)]
    assert {look.number for look in ends if look.judgement.verdict is Verdict.INCONCLUSIVE} == {LOOKS}
    failed = sum(look.judgement.verdict is Verdict.FAIL for look in ends)
    assert failed <= RUNS * ALPHA + 3 * np.sqrt(RUNS * ALPHA * (1 - ALPHA))


def test_a_regression_is_found() -> None:
    """A version that is slower by three tenths, or fails four times as often, fails in nearly every watch."""
    slow = [last_look(seed, Margins(), slower=1.3) for seed in range(10)]
    failing = [last_look(seed, Margins(), failing=0.2) for seed in range(10)]
    for found, metric in ((slow, "latency"), (failing, "error rate")):
        assert sum(look.judgement.verdict is Verdict.FAIL for look in found) == 10
        assert all(metric in look.judgement.reason for look in found)
        assert max(look.number for look in found) < LOOKS
