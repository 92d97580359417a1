"""A process with one subject in it, which runs blocks of calls when told to and says what they cost.

Each line of its input is answered with one of its output:

- ``["pair", case, repetitions]``: a block without the subject and a block with it, the same client in both, in an order
  that alternates; answered with nanoseconds of CPU of the calling thread per call, of each.
- ``["whole", case, repetitions]``: the same, with the nanoseconds of the whole process until its background threads
  have caught up, which is part of what calls cost.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from itertools import cycle

from cases import Case, all_cases
from subjects import SUBJECTS

_SECONDS_TO_CATCH_UP = 2.0


def main() -> None:
    """Serve commands until the input ends."""
    logging.disable(logging.CRITICAL)  # what a peer logs is not what is measured
    answers, sys.stdout = sys.stdout, sys.stderr
    cases = {case.name: case for case in all_cases()}
    subject = SUBJECTS[sys.argv[1]]
    try:
        switch = subject.set_up(cases)
    except ImportError as error:
        print(json.dumps({"missing": str(error)}), file=answers, flush=True)
        return
    covered = {name: case.repetitions for name, case in cases.items() if subject.traces(name)}
    print(json.dumps({"cases": covered}), file=answers, flush=True)
    orders = cycle([(False, True), (True, False)])
    for line in sys.stdin:
        command, case, repetitions = json.loads(line)
        measure = thread_cost if command == "pair" else whole_cost
        costs = {}
        for on in next(orders):
            switch(on)
            costs["with" if on else "without"] = measure(cases[case], repetitions)
        print(json.dumps(costs), file=answers, flush=True)


def thread_cost(case: Case, repetitions: int) -> float:
    """CPU of this thread, in nanoseconds per call."""
    started = time.thread_time_ns()
    for _ in range(repetitions):
        case.call()
    return (time.thread_time_ns() - started) / (repetitions * case.calls)


def whole_cost(case: Case, repetitions: int) -> float:
    """CPU of the process, in nanoseconds per call, until its background threads have nothing left to do."""
    time.sleep(_SECONDS_TO_CATCH_UP)  # what came before is not part of this
    started = time.process_time_ns()
    for _ in range(repetitions):
        case.call()
    time.sleep(_SECONDS_TO_CATCH_UP)
    return (time.process_time_ns() - started) / (repetitions * case.calls)


if __name__ == "__main__":
    main()
