"""How often a watch of two hundred looks fails a version that is no worse, and when it finds one that is.

    python bench/watching.py [RUNS]

Latencies are skewed, one trace in twenty fails, and two traces make a session; see tests/watching/test_error_rates.py.
"""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.watching.test_error_rates import NEVER, last_look
from tests.watching.versions import FakeClock

from verspan.gating.model import Verdict
from verspan.sources.model import ClusterBy, ObservedCall, ObservedTrace
from verspan.watching.judging import Margins
from verspan.watching.observing import Traffic, evidence_of

CASES = {
    "5 % of errors → 10 %": {"failing": 0.1},
    "5 % of errors → 20 %": {"failing": 0.2},
    "latency + 15 %": {"slower": 1.15},
    "latency + 30 %": {"slower": 1.3},
}


def main(runs: int) -> None:
    """Print the share of false alarms, how soon regressions are found, and what a long watch holds in memory."""
    failed = sum(last_look(seed, NEVER).judgement.verdict is Verdict.FAIL for seed in range(runs))
    print(f"no difference: {failed} of {runs} watches fail (alpha 0.05)", flush=True)
    for name, changed in CASES.items():
        ends = [last_look(seed, Margins(), **changed) for seed in range(runs // 4)]
        found = [sum(end.traces) for end in ends if end.judgement.verdict is Verdict.FAIL]
        median = f", after {np.median(found):.0f} traces (median)" if found else ""
        print(f"{name}: {len(found)} of {len(ends)} fail{median}", flush=True)
    memory(500_000)


def memory(count: int) -> None:
    """Print what holds so many traces of a version, and what a look at them takes."""
    tracemalloc.start()
    traffic, clock = Traffic(ClusterBy.SESSION), FakeClock()
    for _ in range(24):
        clock.wait(3600)
        traffic.add(_traces(clock.now_ns(), count // 24))
        traffic.forget(clock.now_ns())
    held, _ = tracemalloc.get_traced_memory()
    evidence_of(traffic, traffic)
    _, peak = tracemalloc.get_traced_memory()
    print(f"{len(traffic):,} traces: {held / 1e6:.0f} MB held, {peak / 1e6:.0f} MB at a look")


def _traces(before_ns: int, count: int) -> Iterator[ObservedTrace]:
    for number in range(count):
        start_ns = before_ns - 1 - number
        call = ObservedCall("openai", "gpt-4o-mini", start_ns, 100, 50, 0, 0.001)
        session = f"s-{start_ns}"
        yield ObservedTrace(
            session, "answer", start_ns, 1.0, failed=False, session_id=session, user_id=None, calls=[call]
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
