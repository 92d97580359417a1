"""The fault table of a collector: what ended while it misbehaved, and what it has once it does no more.

    python bench/otlp_faults.py

A process ends spans, and then itself by an exception, while the collector takes none of them; what it leaves is
delivered by two processes at once, which get a few more such answers before spans are taken. A span that the collector
refuses for good is lost, and the log says so. Exits with 1 where anything else is lost or there twice.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import grpc  # type: ignore[import-untyped]  # no stubs are published with it

from verspan.spool.conformance.table import FaultRow, Subject, compared, deliver_left_overs, put_through

sys.path.append(str(Path(__file__).parents[1]))
from exporters.otlp.tests.receivers import (
    FAILURES,
    Receiver,
    Reply,
    receiving_grpc,
    receiving_http,
)

RECEIVING: dict[str, Callable[..., AbstractContextManager[Receiver]]] = {
    "http/protobuf": receiving_http,
    "grpc": receiving_grpc,
}
SPANS = 200
TIMES = 4
"""How often the collector misbehaves."""
ENDING = "unhandled exception"
REFUSED = "400 for one span"
BAD_SPAN = "raised-7"
DOWN = "down for a whole life"
LOST = {REFUSED: 1}
REPLIES = {**FAILURES, "never answers": Reply(silent=True)}
REPLIES_OVER_HTTP = {"reset in mid-batch": Reply(resets=True)}


def rows() -> Iterator[FaultRow]:
    """Each fault over each protocol, with a spool of its own."""
    for protocol in RECEIVING:
        replies = {**REPLIES, **(REPLIES_OVER_HTTP if protocol != "grpc" else {})}
        for fault, reply in replies.items():
            yield _row(fault, protocol, [reply] * TIMES)
        yield _row(REFUSED, protocol, [])
        yield _down(protocol)


def _row(fault: str, protocol: str, replies: list[Reply]) -> FaultRow:
    with tempfile.TemporaryDirectory(prefix="verspan-faults-") as place, RECEIVING[protocol]() as receiver:
        receiver.replies.extend(replies)
        if fault == REFUSED:
            receiver.refuses = _refuse_one
        subject = Subject("otlp", _environment(protocol, receiver.endpoint, place), receiver.names)
        return _named(fault, protocol, put_through(ENDING, SPANS, subject, Path(place)))


def _refuse_one(names: list[str]) -> Reply | None:
    return Reply(status=400, code=grpc.StatusCode.INVALID_ARGUMENT) if BAD_SPAN in names else None


def _down(protocol: str) -> FaultRow:
    """Nothing listens for as long as the process lives; then something does, for the processes that come after."""
    with RECEIVING[protocol]() as receiver:
        endpoint = receiver.endpoint
    with tempfile.TemporaryDirectory(prefix="verspan-faults-") as place:
        ended = Path(place) / "ended"
        variables = {
            **os.environ,
            **_environment(protocol, endpoint, place),
            "VERSPAN_SPOOL": f"{place}/spool",
            "FAULT_EXPORTER": "otlp",
            "FAULT_LEDGER": str(ended),
        }
        command = [sys.executable, "-m", "verspan.spool.conformance", ENDING, str(SPANS)]
        subprocess.run(command, env=variables, check=False, stderr=subprocess.DEVNULL)
        with RECEIVING[protocol](int(endpoint.rpartition(":")[2])) as receiver:
            deliver_left_overs(variables)
            return _named(DOWN, protocol, compared(DOWN, ended.read_text(encoding="utf-8").split(), receiver.names()))


def _environment(protocol: str, endpoint: str, place: str) -> dict[str, str]:
    return {
        "VERSPAN_STORE": f"{place}/unused.db",
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
        "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
        "OTEL_EXPORTER_OTLP_TIMEOUT": "1",
        "OTEL_METRICS_EXPORTER": "none",
    }


def _named(fault: str, protocol: str, row: FaultRow) -> FaultRow:
    return replace(row, fault=f"{fault} ({protocol.partition('/')[0]})")


def main() -> int:
    """Print the table; gives the exit code."""
    print(f"{'collector':32}{'ended':>10}{'arrived':>10}{'lost':>8}{'twice':>8}")
    code = 0
    for row in rows():
        print(f"{row.fault:32}{row.ended:10}{row.arrived:10}{row.lost:8}{row.duplicated:8}", flush=True)
        code = code or int(row.lost != LOST.get(row.fault.partition(" (")[0], 0) or row.duplicated > 0)
    return code


if __name__ == "__main__":
    sys.exit(main())
