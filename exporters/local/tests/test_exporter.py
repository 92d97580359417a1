"""The exporter in an application that sets up OpenTelemetry by itself."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
from opentelemetry.trace import SpanContext

from verspan_local import LocalSpanExporter

StoredNames = Callable[[], list[str]]

START_NS = 1_750_000_000_000_000_000


def test_batch_processor(store_file: Path, monkeypatch: pytest.MonkeyPatch, stored_names: StoredNames) -> None:
    """Made by OpenTelemetry from its entry point, it stores what the SDK's own batch processor gives it."""
    monkeypatch.setenv("VERSPAN_STORE", str(store_file))
    (entry_point,) = entry_points(group="opentelemetry_traces_exporter", name="verspan")
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(entry_point.load()()))

    provider.get_tracer("support").start_span("answer").end()
    provider.force_flush()
    stored = stored_names()
    provider.shutdown()

    assert stored == ["answer"]


def test_poison_span(store_file: Path, caplog: pytest.LogCaptureFixture, stored_names: StoredNames) -> None:
    """A span that cannot be stored is said and lost; those of its batch are stored."""
    exporter = LocalSpanExporter(store_file)
    batch = [
        ReadableSpan("good", SpanContext(1, 1, is_remote=False), start_time=START_NS, end_time=START_NS),
        ReadableSpan("never ended", SpanContext(1, 2, is_remote=False), start_time=START_NS),
        ReadableSpan("no such time", SpanContext(1, 3, is_remote=False), start_time=2**70, end_time=2**70),
        ReadableSpan("good too", SpanContext(1, 4, is_remote=False), start_time=START_NS, end_time=START_NS),
    ]

    result = exporter.export(batch)
    exporter.shutdown()

    assert result is SpanExportResult.SUCCESS
    assert stored_names() == ["good", "good too"]
    unusable, refused = [record.getMessage() for record in caplog.records]
    assert unusable == (
        f"1 spans for {store_file} are lost so far: they could not be written down ('never ended': "
        "InvalidArgumentError: the span 'never ended' has no ids or no times: it was not started or not ended)"
    )
    assert refused.startswith(
        f"1 spans for {store_file} are lost so far: the destination refused them ('no such time': "
    )


def test_export_into_nowhere(tmp_path: Path) -> None:
    """Where no store can be made, FAILURE says that spans are not stored yet."""
    (tmp_path / "file").write_text("in the way")
    exporter = LocalSpanExporter(tmp_path / "file" / "verspan.db")

    result = exporter.export([ReadableSpan("a", SpanContext(1, 1, is_remote=False), start_time=1, end_time=1)])
    exporter.shutdown()

    assert result is SpanExportResult.FAILURE
