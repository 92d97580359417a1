"""A process with one subject in it, which runs a block of calls when told to and says what they cost.

Each line of its input is a case and a number of repetitions, answered with nanoseconds of CPU of the calling thread per
call; or the word "settle", answered with the nanoseconds that the whole process has used since it was last told so.
"""

from __future__ import annotations

import json
import logging
import sys
import time

from subjects import SUBJECTS


def main() -> None:
    """Serve blocks until the input ends."""
    logging.disable(logging.CRITICAL)  # what a peer logs is not what is measured
    answers, sys.stdout = sys.stdout, sys.stderr
    try:
        calls = SUBJECTS[sys.argv[1]]()
    except ImportError as error:
        print(json.dumps({"missing": str(error)}), file=answers, flush=True)
        return
    print(json.dumps({"cases": list(calls)}), file=answers, flush=True)
    settled = time.process_time_ns()
    for line in sys.stdin:
        command = json.loads(line)
        if command == "settle":
            time.sleep(1.0)  # background threads catch up, which is part of what calls cost
            used, settled = time.process_time_ns() - settled, time.process_time_ns()
            print(json.dumps({"process": used}), file=answers, flush=True)
            continue
        case, repetitions = command
        call, each = calls[case]
        started = time.thread_time_ns()
        for _ in range(repetitions):
            call()
        cost = (time.thread_time_ns() - started) / (repetitions * each)
        print(json.dumps({"thread": cost}), file=answers, flush=True)


if __name__ == "__main__":
    main()
