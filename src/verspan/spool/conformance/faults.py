"""The faults, by name; each runs in a process of its own, which it may end."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from verspan.spool.conformance.ledger import Ledger

_SPANS = 40
_MOST_BEFORE_KILL = 300
_FILE_LIMIT = 64 * 1024
_TEN_YEARS_NS = 10 * 365 * 24 * 3600 * 10**9
_JUNK = b"\0junk that something else wrote\xff" * 8


def killed(ledger: Ledger, times: int) -> None:
    """``kill -9`` after a random number of spans, flushing all the while so that deliveries are cut too."""
    _get_going(ledger)
    moments = random.Random(times)  # noqa: S311 - the same in every run
    for number in range(times):
        progress, report = os.pipe()
        child = os.fork()
        if child == 0:
            _end_until_killed(ledger, f"killed-{number}", report)
        for _ in range(moments.randrange(1, _MOST_BEFORE_KILL)):
            os.read(progress, 1)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(progress)
        os.close(report)


def _get_going(ledger: Ledger) -> None:
    """Deliver a span, so that the processes that are forked need not load and open everything each."""
    ledger.end("first")
    ledger.provider.force_flush()


def _end_until_killed(ledger: Ledger, prefix: str, report: int) -> NoReturn:
    for number in itertools.count():
        ledger.end(f"{prefix}-{number}")
        os.write(report, b".")
        if number % _SPANS == 0:
            ledger.provider.force_flush(1)
    raise AssertionError("it goes on until it is killed")


def terminated(ledger: Ledger, times: int) -> None:
    """SIGTERM that nobody handles."""
    ledger.end_many("terminated", times)
    os.kill(os.getpid(), signal.SIGTERM)


def raised(ledger: Ledger, times: int) -> None:
    """An exception that nobody catches."""
    ledger.end_many("raised", times)
    raise RuntimeError("nobody catches this")


def exited_at_once(ledger: Ledger, times: int) -> None:
    """``os._exit``, which runs no handler."""
    ledger.end_many("exited", times)
    os._exit(0)


def forked(ledger: Ledger, times: int) -> None:
    """Forks while spans wait, each child and its parent going on."""
    ledger.end_many("before", _SPANS)
    for number in range(times):
        child = os.fork()
        ledger.end_many(f"{'child' if child == 0 else 'parent'}-{number}", _SPANS)
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)


def multiprocessed(ledger: Ledger, times: int) -> None:
    """Children of :mod:`multiprocessing`, forked ones, which end without atexit."""
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=ledger.end_many, args=(f"worker-{number}", _SPANS)) for number in range(times)]
    for child in children:
        child.start()
    for child in children:
        child.join()


def spawned(ledger: Ledger, times: int) -> None:
    """A child of :mod:`multiprocessing` that is a new interpreter."""
    context = multiprocessing.get_context("spawn")
    exporter, path = os.environ["FAULT_EXPORTER"], Path(os.environ["FAULT_LEDGER"])
    ledger.end_many("parent", times)
    child = context.Process(target=_spawned, args=(exporter, path, times))
    child.start()
    child.join()


def _spawned(exporter: str, path: Path, times: int) -> None:
    Ledger(exporter, path).end_many("spawned", times)


def at_once(ledger: Ledger, times: int) -> None:
    """Many processes at the same time."""
    _get_going(ledger)
    children = []
    for number in range(times):
        child = os.fork()
        if child == 0:
            ledger.end_many(f"process-{number}", _SPANS)
            ledger.provider.shutdown()
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)


def broken(ledger: Ledger, times: int) -> None:
    """Something else writes into the segments of a process that lives."""
    for number in range(times):
        ledger.end(f"broken-{number}")
        for segment in Path(os.environ["VERSPAN_SPOOL"]).glob("*/*.segment"):
            with segment.open("ab") as file:
                file.write(_JUNK)
    os._exit(0)


def clock_set(ledger: Ledger, times: int) -> None:
    """A clock that jumps ten years forward, and back."""
    right = time.time_ns
    ledger.end_many("before", times)
    time.time_ns = lambda: right() + _TEN_YEARS_NS
    ledger.end_many("later", times)
    time.time_ns = right
    ledger.end_many("after", times)
    os._exit(0)


def disk_full_for_a_while(ledger: Ledger, times: int) -> None:
    """No file may grow, and then they may again."""
    import resource  # here, since Windows has none

    ledger.end_many("room", times)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE_LIMIT, hard))
    ledger.end_many("full", times * 10)
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    ledger.end_many("room again", times)


def disk_full(ledger: Ledger, times: int) -> None:
    """No file may grow until the process ends, those of a store on the same disk among them."""
    import resource  # likewise

    resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE_LIMIT, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    ledger.end_many("full", times * 10)


def ended_well(ledger: Ledger, times: int) -> None:
    """A process that ends as it should; what is wrong is wrong around it."""
    ledger.end_many("ended", times)


FAULTS: dict[str, Callable[[Ledger, int], None]] = {
    "kill -9": killed,
    "SIGTERM": terminated,
    "unhandled exception": raised,
    "os._exit": exited_at_once,
    "os.fork": forked,
    "multiprocessing fork": multiprocessed,
    "multiprocessing spawn": spawned,
    "processes at once": at_once,
    "spool corrupt": broken,
    "clock jump": clock_set,
    "disk full for a while": disk_full_for_a_while,
    "disk full": disk_full,
    "no folder": ended_well,
    "destination down": ended_well,
}
