"""``python -m tests.e2e.serve jaeger``, or ``collector``: starts one on this machine, until Ctrl-C.

Jaeger has the ports that it has everywhere. The Collector has others, so that both run beside each other, and sends
spans on to that Jaeger; until it is there they wait in the Collector's queue.
"""
# ruff: noqa: T201 - a script that prints

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.e2e.collector import Collector
from tests.e2e.jaeger import Jaeger
from tests.e2e.programs import COLLECTOR, JAEGER
from tests.e2e.servers import LOOPBACK, Server

_JAEGER_PORTS = (4317, 4318)
_JAEGER_PAGE_PORT = 16686
_COLLECTOR_PORTS = (14317, 14318)


def main() -> None:
    """Start what the command line names, and say where it is."""
    program = {"jaeger": JAEGER, "collector": COLLECTOR}[sys.argv[1]]
    if missing := program.missing():
        sys.exit(missing)
    end_when_told()
    with TemporaryDirectory(prefix="verspan-") as folder:
        jaeger = Jaeger(Path(folder), _JAEGER_PORTS, _JAEGER_PAGE_PORT)
        if program is JAEGER:
            lines = [f"Its page is {jaeger.address}", "OTEL_METRICS_EXPORTER=none, since it takes traces alone"]
            _serve(jaeger, _JAEGER_PORTS, lines)
        else:
            collector = Collector(Path(folder), jaeger, otlp_ports=_COLLECTOR_PORTS)
            lines = [
                f"It sends spans on to {LOOPBACK}:{jaeger.grpc_port}, where `make jaeger` listens",
                f"Prometheus reads metrics at http://{LOOPBACK}:{collector.prometheus_port}/metrics",
            ]
            _serve(collector, _COLLECTOR_PORTS, lines)


def end_when_told() -> None:
    """Let Ctrl-C and SIGTERM end this process in order, with everything that it has started."""
    for told in (signal.SIGINT, signal.SIGTERM):
        signal.signal(told, lambda number, _frame: sys.exit(128 + number))


def _serve(server: Server, otlp_ports: Sequence[int], lines: Sequence[str]) -> None:
    grpc, http = otlp_ports
    with server:
        print(f"OTEL_EXPORTER_OTLP_ENDPOINT=http://{LOOPBACK}:{http}")
        print(f"or, for gRPC, http://{LOOPBACK}:{grpc} with OTEL_EXPORTER_OTLP_PROTOCOL=grpc")
        print(*lines, f"Its log is {server.log}; Ctrl-C stops it", sep="\n", flush=True)
        server.wait()
        sys.exit(f"It has ended:\n{server.last_lines()}")


if __name__ == "__main__":
    main()
