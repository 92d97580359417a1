"""Where spans go with this environment, and whether somebody is there."""

from __future__ import annotations

import os
import socket
import threading
from importlib.metadata import entry_points
from urllib.parse import urlsplit

from verspan.cli.doctor.findings import Finding, Level
from verspan.pipelines import ENTRY_POINT_GROUP
from verspan.settings import Settings

AREA = "destinations"
_CONNECT_S = 1.0
_SDK_DISABLED = "OTEL_SDK_DISABLED"
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_GRPC_PORT, _HTTP_PORT = 4317, 4318


def check_destinations(settings: Settings) -> list[Finding]:
    """Where spans would go if an application were started now."""
    if os.environ.get(_SDK_DISABLED, "").strip().lower() == "true":
        message = f"{_SDK_DISABLED} is true: no span is recorded anywhere."
        return [Finding(AREA, _SDK_DISABLED, Level.PROBLEM, message, f"Unset {_SDK_DISABLED}.")]
    if not settings.exporters:
        message = "Spans go nowhere, as VERSPAN_EXPORTERS or OTEL_TRACES_EXPORTER says."
        return [Finding(AREA, "exporters", Level.PROBLEM, message, "Set VERSPAN_EXPORTERS=local, or unset them.")]
    return [_exporter(name) for name in settings.exporters]


def _exporter(name: str) -> Finding:
    installed = sorted(entry.name for entry in entry_points(group=ENTRY_POINT_GROUP))
    if name not in installed:
        message = f"No installed package provides the exporter {name!r}; there are: {', '.join(installed) or 'none'}."
        return Finding(AREA, name, Level.PROBLEM, message, f"pip install 'verspan[{name}]', or name another.")
    if name == "otlp":
        return _collector(name)
    what = "the store below" if name == "local" else f"what the package of {name!r} says"
    return Finding(AREA, name, Level.OK, f"Spans go to {what}.")


def _collector(name: str) -> Finding:
    host, port = _collector_address()
    failure = _connection_failure(host, port)
    if failure is None:
        return Finding(AREA, name, Level.OK, f"Spans go to the collector at {host}:{port}, which answers.")
    message = f"Spans go to the collector at {host}:{port}, and nobody answers there: {failure}."
    remedy = f"Start it, set {_ENDPOINTS[1]} to where it is, or set VERSPAN_EXPORTERS=local."
    return Finding(AREA, name, Level.PROBLEM, message, remedy)


def _collector_address() -> tuple[str, int]:
    """Host and port by OpenTelemetry's variables; the defaults are the specification's, which has http/protobuf."""
    grpc = _first_set(_PROTOCOLS) == "grpc"
    usual_port = _GRPC_PORT if grpc else _HTTP_PORT
    endpoint = _first_set(_ENDPOINTS) or f"http://localhost:{usual_port}"
    parts = urlsplit(endpoint if "://" in endpoint else f"//{endpoint}")
    return parts.hostname or "localhost", parts.port or _port_of(parts.scheme, usual_port)


def _port_of(scheme: str, usual_port: int) -> int:
    return {"http": 80, "https": 443}.get(scheme, usual_port)


def _connection_failure(host: str, port: int) -> str | None:
    outcome: list[str | None] = []
    # Looking up a name has no time limit of its own, so a thread waits for it and is left behind when it takes longer.
    attempt = threading.Thread(target=lambda: outcome.append(_try_to_connect(host, port)), daemon=True)
    attempt.start()
    attempt.join(_CONNECT_S)
    return outcome[0] if outcome else f"no answer within {_CONNECT_S:g} s"


def _try_to_connect(host: str, port: int) -> str | None:
    try:
        socket.create_connection((host, port), timeout=_CONNECT_S).close()
    except OSError as error:
        return (error.strerror or str(error)).lower()
    return None


def _first_set(names: tuple[str, ...]) -> str:
    return next((value for name in names if (value := os.environ.get(name, "").strip())), "")
