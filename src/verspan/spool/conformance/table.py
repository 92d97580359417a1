"""A fault, and what ended and what arrived."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from verspan.spool.counters import read_counters
from verspan.spool.destinations import destinations_in

_DRAINS_AT_ONCE = 2


@dataclass(frozen=True)
class FaultRow:
    """One row of the table, in spans."""

    fault: str
    ended: int
    arrived: int
    lost: int
    duplicated: int
    counted: int = 0
    """Spans that the spool says are lost."""


@dataclass(frozen=True)
class Subject:
    """An exporter and its destination."""

    exporter: str
    """The exporter's name, as ``VERSPAN_EXPORTERS`` has it."""
    environment: Mapping[str, str]
    """Variables that set the exporter up."""
    arrived: Callable[[], Sequence[str]]
    """Gives the names of all spans that the destination has, each as often as it has it."""
    recover: Callable[[], object] = lambda: None
    """Called when the fault is over, before what it left is delivered; where the destination was down, it comes up."""


def put_through(fault: str, times: int, subject: Subject, folder: Path) -> FaultRow:
    """Run a fault, deliver what it left behind, and compare.

    Args:
        fault: a name in :data:`~verspan.spool.conformance.faults.FAULTS`.
        times: how often, or how many, as the fault has it.
        subject: whom it happens to.
        folder: where the spool and the list of what ended may be made.
    """
    ledger = folder / "ended"
    ledger.touch()
    variables = {
        **os.environ,
        "VERSPAN_SPOOL": str(folder / "spool"),
        **subject.environment,
        "FAULT_EXPORTER": subject.exporter,
        "FAULT_LEDGER": str(ledger),
    }
    subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "verspan.spool.conformance", fault, str(times)],
        env=variables,
        check=False,  # a fault may end its process in any way
        stderr=subprocess.DEVNULL,
    )
    subject.recover()
    deliver_left_overs(variables)
    ended = ledger.read_text(encoding="utf-8").splitlines()
    return compared(fault, ended, subject.arrived(), counted_as_lost(Path(variables["VERSPAN_SPOOL"])))


def deliver_left_overs(environment: Mapping[str, str]) -> None:
    """Deliver by hand what a fault left, by two processes at the same time."""
    command = [sys.executable, "-m", "verspan.cli", "spool", "drain", "--timeout", "60"]
    drains = [
        subprocess.Popen(command, env=dict(environment), stdout=subprocess.DEVNULL)  # noqa: S603 - our own module
        for _ in range(_DRAINS_AT_ONCE)
    ]
    for drain in drains:
        drain.wait()


def counted_as_lost(spool: Path) -> int:
    """How many spans the spool says are lost, whatever the reason."""
    return sum(sum(read_counters(folder).dropped.values()) for folder, _ in destinations_in(spool))


def compared(fault: str, ended: Sequence[str], arrived: Sequence[str], counted: int = 0) -> FaultRow:
    """The row for what ended and what arrived, by name."""
    numbers = Counter(arrived)
    return FaultRow(
        fault=fault,
        ended=len(ended),
        arrived=len(numbers),
        lost=len(set(ended) - set(numbers)),
        duplicated=sum(numbers.values()) - len(numbers),
        counted=counted,
    )
