"""A process with one subject in it, which runs a block of calls when told to and says what they cost.

It reads a case and a number of repetitions from each line of its input and answers with nanoseconds of CPU per call:
of the calling thread, and of the whole process with its background threads.
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
    for line in sys.stdin:
        case, repetitions = json.loads(line)
        call, each = calls[case]
        thread, process = time.thread_time_ns(), time.process_time_ns()
        for _ in range(repetitions):
            call()
        thread = time.thread_time_ns() - thread
        time.sleep(0.4)  # background threads catch up, which is part of what a call costs
        process = time.process_time_ns() - process
        count = repetitions * each
        print(json.dumps({"thread": thread / count, "process": process / count}), file=answers, flush=True)


if __name__ == "__main__":
    main()
