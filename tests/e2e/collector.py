"""A real Collector, on the configuration of examples/existing_collector."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from tests.e2e.jaeger import Jaeger
from tests.e2e.programs import COLLECTOR, EXAMPLES
from tests.e2e.servers import LOOPBACK, Server, free_ports, read

FOLDER = EXAMPLES / "existing_collector"
RECIPES = FOLDER / "recipes"


class Collector(Server):
    """A Collector that sends spans on to a Jaeger.

    Args:
        folder: where its queue and its log are; with the same folder it goes on where it was.
        jaeger: where spans go, running or not.
        recipes: names of files in ``recipes/`` that change the configuration, in this order.
        otlp_ports: for gRPC and HTTP, its own where they are given, else any that are free.
        variables: what its configuration reads from its environment besides.
    """

    def __init__(
        self,
        folder: Path,
        jaeger: Jaeger,
        recipes: Sequence[str] = (),
        otlp_ports: Sequence[int] = (),
        **variables: str,
    ) -> None:
        grpc, http, health, prometheus, telemetry = free_ports(5)
        self.grpc_port, self.http_port = otlp_ports or (grpc, http)
        self.prometheus_port = prometheus
        known = {
            "COLLECTOR_HOST": LOOPBACK,
            "OTLP_GRPC_PORT": str(self.grpc_port),
            "OTLP_HTTP_PORT": str(self.http_port),
            "HEALTH_PORT": str(health),
            "PROMETHEUS_PORT": str(prometheus),
            "TELEMETRY_PORT": str(telemetry),
            "QUEUE_FOLDER": str(folder / "queue"),
            "JAEGER_GRPC": f"{LOOPBACK}:{jaeger.grpc_port}",
            "JAEGER_HTTP": f"http://{LOOPBACK}:{jaeger.http_port}",
        }
        files = [FOLDER / "collector.yaml", *(RECIPES / f"{recipe}.yaml" for recipe in recipes)]
        command = [str(COLLECTOR.path), *(f"--config={file}" for file in files)]
        environment = {**os.environ, **known, **variables}
        super().__init__(command, environment, f"http://{LOOPBACK}:{health}/", folder / "collector.log")

    def endpoint(self, protocol: str) -> dict[str, str]:
        """The variables that have an application send to it by a protocol, in OpenTelemetry's words."""
        port = self.grpc_port if protocol == "grpc" else self.http_port
        return {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{LOOPBACK}:{port}",
            "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
        }

    def scraped(self) -> str:
        """What Prometheus would read now."""
        return read(f"http://{LOOPBACK}:{self.prometheus_port}/metrics").decode()
