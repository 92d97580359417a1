"""What the variables say about a connection."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import Any

import pytest
import requests

from verspan.errors import InvalidArgumentError
from verspan_otlp import connection
from verspan_otlp.connection import Compression, Connection, connection_for_traces, provided_credentials
from verspan_otlp.environment import OtlpProtocol

HTTP, GRPC = OtlpProtocol.HTTP, OtlpProtocol.GRPC
PREFIX = "OTEL_EXPORTER_OTLP_"


def _set(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"{PREFIX}{name}", value)


@pytest.mark.parametrize(
    ("variables", "protocol", "expected"),
    [
        ({}, HTTP, Connection("http://localhost:4318/v1/traces", insecure=True)),
        ({}, GRPC, Connection("http://localhost:4317", insecure=True)),
        ({"ENDPOINT": "https://c:1/base/"}, HTTP, Connection("https://c:1/base/v1/traces")),
        ({"ENDPOINT": "https://c", "TRACES_ENDPOINT": "http://t/in"}, HTTP, Connection("http://t/in", insecure=True)),
        ({"ENDPOINT": "c:4317"}, GRPC, Connection("c:4317")),
        ({"ENDPOINT": "c:4317", "INSECURE": "true"}, GRPC, Connection("c:4317", insecure=True)),
        ({"ENDPOINT": "http://c:4317", "TRACES_INSECURE": "false"}, GRPC, Connection("http://c:4317")),
        ({"ENDPOINT": "https://c:4317", "INSECURE": "true"}, GRPC, Connection("https://c:4317")),
        (
            {
                "HEADERS": "X-Team=support",
                "TRACES_HEADERS": "authorization=Bearer%20abc,key=a=b",
                "TIMEOUT": "20",
                "TRACES_TIMEOUT": "2.5",
                "COMPRESSION": "GZIP",
                "CERTIFICATE": "ca.pem",
                "TRACES_CERTIFICATE": "own.pem",
                "CLIENT_CERTIFICATE": "client.pem",
                "CLIENT_KEY": "client.key",
                "TRACES_ENDPOINT": " ",
            },
            HTTP,
            Connection(
                "http://localhost:4318/v1/traces",
                headers={"authorization": "Bearer abc", "key": "a=b"},
                timeout_s=2.5,
                compression=Compression.GZIP,
                certificate="own.pem",
                client_certificate="client.pem",
                client_key="client.key",
                insecure=True,
            ),
        ),
    ],
)
def test_from_environment(
    variables: dict[str, str], protocol: OtlpProtocol, expected: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every variable is obeyed, the traces' own before the general one."""
    _set(monkeypatch, variables)

    assert connection_for_traces(protocol) == expected


def test_what_cannot_be_used(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A compression or timeout that cannot be used is left out, and one line says what to set."""
    _set(monkeypatch, {"TRACES_COMPRESSION": "deflate", "TIMEOUT": "soon"})

    assert connection_for_traces(GRPC) == Connection("http://localhost:4317", insecure=True)
    assert [record.getMessage() for record in caplog.records] == [
        "OTEL_EXPORTER_OTLP_TIMEOUT=soon is no number of seconds: 10 is used.",
        (
            "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION=deflate is no compression of grpc: spans are sent as they are. "
            "Set it to none or gzip."
        ),
    ]
    assert connection_for_traces(HTTP).compression is Compression.DEFLATE


@pytest.mark.parametrize(
    ("endpoint", "destination"),
    [
        ("https://user:secret@c/in?key=secret", "https://c/in"),
        ("user:secret@c:4317", "c:4317"),
        ("http://c:4318/v1/traces", "http://c:4318/v1/traces"),
    ],
)
def test_destination(endpoint: str, destination: str) -> None:
    """The address that people see has no credentials."""
    assert Connection(endpoint).destination == destination


def _install(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    def entry_points(group: str, name: str) -> list[EntryPoint]:
        known = EntryPoint("known", value, "opentelemetry_otlp_credential_provider")
        return [known] if (group, name) == (known.group, known.name) else []

    monkeypatch.setattr(connection, "entry_points", entry_points)


def test_credential_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider of credentials that is named makes them; none is needed."""
    _install(monkeypatch, "requests:Session")
    before = provided_credentials(HTTP, requests.Session)
    monkeypatch.setenv("OTEL_PYTHON_EXPORTER_OTLP_HTTP_CREDENTIAL_PROVIDER", "known")

    made: Any = provided_credentials(HTTP, requests.Session)

    assert (before, type(made)) == (None, requests.Session)
    made.close()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "unknown",
            "OTEL_PYTHON_EXPORTER_OTLP_GRPC_CREDENTIAL_PROVIDER=unknown is a credential provider of no install",
        ),
        ("known", "OTEL_PYTHON_EXPORTER_OTLP_GRPC_CREDENTIAL_PROVIDER=known makes <class 'dict'>, where <class 'int'>"),
    ],
)
def test_unusable_credential_provider(name: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider that is not installed, or makes something else, is named."""
    _install(monkeypatch, "builtins:dict")
    monkeypatch.setenv("OTEL_PYTHON_EXPORTER_OTLP_GRPC_TRACES_CREDENTIAL_PROVIDER", name)

    with pytest.raises(InvalidArgumentError, match=message):
        provided_credentials(GRPC, int)
