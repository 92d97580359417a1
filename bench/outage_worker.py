"""An application in a process of its own, which calls its model as often as it is told to and says how long it waited.

Each line of its input is a number of calls. It is answered with one line: the nanoseconds that each call took, and the
KiB that the process has in memory afterwards. The environment says which collector the spans of the calls go to.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path

from cases import all_cases

import verspan

CASE = "chat small"


def main() -> None:
    """Serve until the input ends."""
    logging.disable(logging.CRITICAL)  # that its collector is down is the point
    verspan.set_active_model(name="bench")
    verspan.openai.autolog()
    call = next(case.call for case in all_cases() if case.name == CASE)
    for line in sys.stdin:
        print(json.dumps([waits_ns(call, int(line)), resident_kib()]), flush=True)


def waits_ns(call: Callable[[], object], times: int) -> list[int]:
    """How long the caller waits for each call, in nanoseconds."""
    waits = []
    for _ in range(times):
        started = time.perf_counter_ns()
        call()
        waits.append(time.perf_counter_ns() - started)
    return waits


def resident_kib() -> int:
    """What this process has in memory of its own, in KiB, as Linux says it: pages of files are the system's to take."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (size,) = (line.split()[1] for line in lines if line.startswith("RssAnon:"))
    return int(size)


if __name__ == "__main__":
    main()
