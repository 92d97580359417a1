"""What the doctor says of where spans go; collectors are real sockets."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from importlib.metadata import entry_points

import pytest

from verspan.cli.doctor.destinations import check_destinations
from verspan.cli.doctor.findings import Finding, Level
from verspan.settings import resolve_settings


@pytest.fixture
def listening() -> Iterator[int]:
    """The port of something that accepts connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def findings() -> list[Finding]:
    """What is found with the environment as it is."""
    return check_destinations(resolve_settings())


def test_local() -> None:
    """With nothing set, spans go to the local store."""
    assert findings() == [Finding("destinations", "local", Level.OK, "Spans go to the store below.")]


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:{}", "http://127.0.0.1:{}/v1/traces", "127.0.0.1:{}"])
def test_collector_answers(monkeypatch: pytest.MonkeyPatch, listening: int, endpoint: str) -> None:
    """A collector that accepts a connection answers, in whatever form its address is given."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.format(listening))
    message = f"Spans go to the collector at 127.0.0.1:{listening}, which answers."
    assert findings() == [Finding("destinations", "otlp", Level.OK, message)]


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch, closed: int) -> None:
    """A collector that is down is a problem, with the ways out; that of traces counts before the general one."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", f"http://127.0.0.1:{closed}")
    message = f"Spans go to the collector at 127.0.0.1:{closed}, and nobody answers there: connection refused."
    remedy = "Start it, set OTEL_EXPORTER_OTLP_ENDPOINT to where it is, or set VERSPAN_EXPORTERS=local."
    assert findings() == [Finding("destinations", "otlp", Level.PROBLEM, message, remedy)]


@pytest.mark.parametrize(
    ("variables", "place"),
    [
        ({}, "localhost:4318"),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "localhost:4317"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "https://[::1]"}, "::1:443"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://user:secret@127.0.0.1"}, "127.0.0.1:80"),
    ],
)
def test_place(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], place: str) -> None:
    """Host and port are what OpenTelemetry's exporters would use, and credentials are not shown."""
    monkeypatch.setenv("VERSPAN_EXPORTERS", "otlp")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert f"Spans go to the collector at {place}, " in findings()[0].message


def test_unknown_exporter(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exporter that no package provides is a problem; the others are looked at all the same."""
    monkeypatch.setenv("VERSPAN_EXPORTERS", "local,carrier-pigeon")
    there_are = ", ".join(sorted(entry_points(group="verspan_exporter").names))
    message = f"No installed package provides the exporter 'carrier-pigeon'; there are: {there_are}."
    remedy = "pip install 'verspan[carrier-pigeon]', or name another."
    assert findings() == [
        Finding("destinations", "local", Level.OK, "Spans go to the store below."),
        Finding("destinations", "carrier-pigeon", Level.PROBLEM, message, remedy),
    ]


@pytest.mark.parametrize(
    ("name", "value", "subject"),
    [("OTEL_SDK_DISABLED", "true", "OTEL_SDK_DISABLED"), ("OTEL_TRACES_EXPORTER", "none", "exporters")],
)
def test_nowhere(monkeypatch: pytest.MonkeyPatch, name: str, value: str, subject: str) -> None:
    """Where the environment switches recording off, that is the problem."""
    monkeypatch.setenv(name, value)
    assert [(finding.subject, finding.level) for finding in findings()] == [(subject, Level.PROBLEM)]
