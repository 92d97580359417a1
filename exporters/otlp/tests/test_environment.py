"""What OpenTelemetry's variables say."""

from __future__ import annotations

import pytest

from verspan_otlp.environment import OtlpProtocol, Signal, _known_protocol, protocol_of


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
