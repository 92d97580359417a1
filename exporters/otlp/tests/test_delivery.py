"""What is said, and what the application notices, where a collector takes nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.trace import SpanContext

from verspan.settings import Settings
from verspan_otlp import build, delivery, repeats
from verspan_otlp.delivery import DeliveringSpanExporter
from verspan_otlp.environment import OtlpProtocol, Signal
from verspan_otlp.exporters import otlp_exporter

MakeProvider = Callable[..., TracerProvider]
Receiver = Any  # the class in conftest.py, which a test module cannot import


@pytest.fixture(autouse=True)
def nothing_said_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines of the last minute, which another test may have caused, hold none back."""
    for name in ("opentelemetry.exporter.otlp.proto.http.trace_exporter", delivery.__name__):
        fresh = [repeats.OncePerMinute()]
        monkeypatch.setattr(logging.getLogger(name), "filters", fresh)


def _send(provider: TracerProvider, settings: Settings, batches: int) -> None:
    (processor,) = build(settings).span_processors
    provider.add_span_processor(processor)
    tracer = provider.get_tracer("support")
    for _ in range(batches):
        tracer.start_span("first").end()
        tracer.start_span("second").end()
        provider.force_flush()


def _lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records]


def test_error_500(
    http_receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    make_provider: MakeProvider,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A collector that answers 500 costs its spans; that is said once, and the total once more at the end."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", http_receiver.endpoint)
    monkeypatch.setenv("OTEL_METRICS_EXPORTER", "none")
    http_receiver.usual = replace(http_receiver.usual, status=500)
    provider = make_provider()

    _send(provider, settings, batches=3)
    provider.shutdown()

    address = f"{http_receiver.endpoint}/v1/traces"
    assert len(http_receiver.tried()) == 3
    theirs, ours, in_all = _lines(caplog)
    assert theirs == "Failed to export spans batch code: 500, reason: Internal Server Error"
    assert ours == (
        f"2 spans are lost so far: the collector at {address} did not take them. Check that it runs and takes "
        "http/protobuf; OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_PROTOCOL say where spans go and how."
    )
    assert in_all == f"6 spans in all were not delivered to {address}"


def test_refused(
    refused: str,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    make_provider: MakeProvider,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Where nothing listens, the application goes on, and what is lost is said."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", refused)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.1")
    monkeypatch.setenv("OTEL_METRICS_EXPORTER", "none")
    provider = make_provider()

    _send(provider, settings, batches=1)
    provider.shutdown()

    assert _lines(caplog)[0] == "Failed to export spans batch due to timeout, max retries or shutdown."
    assert _lines(caplog)[1].startswith(f"2 spans are lost so far: the collector at {refused}/v1/traces did not")
    assert _lines(caplog)[2:] == [f"2 spans in all were not delivered to {refused}/v1/traces"]


def test_other_protocols_port(
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    make_provider: MakeProvider,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Where the address has the port of the other protocol, the line says which variable to set."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.2:4317")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.1")
    monkeypatch.setenv("OTEL_METRICS_EXPORTER", "none")

    _send(make_provider(), settings, batches=1)

    assert _lines(caplog)[-1] == (
        "2 spans are lost so far: the collector at http://127.0.0.2:4317/v1/traces did not take them. "
        "Port 4317 is usually for grpc: set OTEL_EXPORTER_OTLP_PROTOCOL=grpc."
    )


def test_end_of_process(http_receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a batch is not taken while the process ends, the rest is counted as lost and no longer tried."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", http_receiver.endpoint)
    http_receiver.usual = replace(http_receiver.usual, status=500)
    exporter = DeliveringSpanExporter(otlp_exporter(Signal.TRACES, OtlpProtocol.HTTP), "there", "Look.")
    batch = [ReadableSpan("a", SpanContext(1, 1, is_remote=False), start_time=1, end_time=1)]

    before = [exporter.export(batch), exporter.export(batch)]
    exporter.hurry()
    at_the_end = [exporter.export(batch), exporter.export(batch)]
    exporter.shutdown()

    assert before + at_the_end == [SpanExportResult.FAILURE] * 4
    assert (len(http_receiver.requests), exporter.lost) == (2, 4)


def test_span_that_cannot_be_encoded(
    http_receiver: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An exporter that raises costs its batch, which is counted."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", http_receiver.endpoint)
    exporter = DeliveringSpanExporter(otlp_exporter(Signal.TRACES, OtlpProtocol.HTTP), "there", "Look.")
    unstarted: Any = [None]

    result = exporter.export(unstarted)
    exporter.shutdown()

    assert (result, exporter.lost) == (SpanExportResult.FAILURE, 1)
    assert _lines(caplog)[0] == "OpenTelemetry's OTLP exporter failed"
