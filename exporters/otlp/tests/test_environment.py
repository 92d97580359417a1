"""What OpenTelemetry's variables say."""

from __future__ import annotations

import pytest

from verspan_otlp.environment import OtlpProtocol, Signal, _known_protocol, protocol_of, traces_address


@pytest.mark.parametrize(
    ("variables", "traces", "metrics"),
    [
        ({}, OtlpProtocol.HTTP, OtlpProtocol.HTTP),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, OtlpProtocol.GRPC, OtlpProtocol.GRPC),
        (
            {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf"},
            OtlpProtocol.HTTP,
            OtlpProtocol.GRPC,
        ),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": " "}, OtlpProtocol.HTTP, OtlpProtocol.HTTP),
    ],
)
def test_protocol(
    variables: dict[str, str], traces: OtlpProtocol, metrics: OtlpProtocol, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signal's own variable goes before the general one, and http/protobuf is the default."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert (protocol_of(Signal.TRACES), protocol_of(Signal.METRICS)) == (traces, metrics)


def test_unsupported_protocol(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """http/json is refused in one line that says what to set, and the default is used."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")
    _known_protocol.cache_clear()

    assert [protocol_of(signal) for signal in Signal] == [OtlpProtocol.HTTP] * 3
    (line,) = [record.getMessage() for record in caplog.records]
    assert line == (
        "OTEL_EXPORTER_OTLP_PROTOCOL=http/json is not a protocol of OpenTelemetry's Python exporters: "
        "http/protobuf is used. Set it to http/protobuf or grpc."
    )


@pytest.mark.parametrize(
    ("variables", "protocol", "address"),
    [
        ({}, OtlpProtocol.HTTP, "http://localhost:4318/v1/traces"),
        ({}, OtlpProtocol.GRPC, "http://localhost:4317"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "https://c:1/base/"}, OtlpProtocol.HTTP, "https://c:1/base/v1/traces"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "user:secret@c:4317"}, OtlpProtocol.GRPC, "c:4317"),
        (
            {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://user:secret@c/in?key=secret"},
            OtlpProtocol.HTTP,
            "https://c/in",
        ),
    ],
)
def test_address(
    variables: dict[str, str], protocol: OtlpProtocol, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The destination is the address that OpenTelemetry's exporter uses, without credentials."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert traces_address(protocol) == address
