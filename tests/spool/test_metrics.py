"""What a spool says of itself in metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, NumberDataPoint
from opentelemetry.sdk.trace import ReadableSpan
from tests.spool.conftest import MakeSpool, Place

from verspan.spool import metrics
from verspan.spool.delivery import Outcome

MakeSpan = Callable[..., ReadableSpan]


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemoryMetricReader]:
    """Reads what spools measure that are made in the test."""
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)
    monkeypatch.setattr(metrics, "_meter", provider.get_meter("verspan.spool"))
    yield reader
    provider.shutdown()


def _points(reader: InMemoryMetricReader) -> dict[str, dict[str, Any]]:
    """The values by metric, and by what failed."""
    data = reader.get_metrics_data()
    assert data is not None
    found: dict[str, dict[str, Any]] = {}
    for metric in data.resource_metrics[0].scope_metrics[0].metrics:
        for point in metric.data.data_points:
            assert isinstance(point, NumberDataPoint)
            found.setdefault(metric.name, {})[str((point.attributes or {}).get("error.type", ""))] = point.value
    return found


def test_counts(make_spool: MakeSpool, make_span: MakeSpan, place: Place, reader: InMemoryMetricReader) -> None:
    """Delivered, refused and waiting spans are counted under OpenTelemetry's own names."""
    spool = make_spool()
    place.outcome = Outcome(delivered=True, refused=1)
    for name in ("good", "bad"):
        spool.add(make_span(name), None)
    spool.flush(30)
    place.outcome = Outcome(delivered=False, reason="it is down")
    spool.add(make_span("waiting"), None)
    spool.flush(30)

    assert _points(reader) == {
        "otel.sdk.exporter.span.exported": {"": 1, "rejected": 1},
        "otel.sdk.exporter.span.inflight": {"": 0},
        "otel.sdk.processor.span.processed": {"": 2},
        "otel.sdk.processor.span.queue.size": {"": 1},
    }


def test_dropped(make_spool: MakeSpool, make_span: MakeSpan, place: Place, reader: InMemoryMetricReader) -> None:
    """What a full spool drops has been processed and has failed."""
    place.outcome = Outcome(delivered=False, reason="it is down")
    spool = make_spool(max_bytes=4000)
    for number in range(60):
        spool.add(make_span(f"{number}"), None)
    spool.shutdown()

    points = _points(reader)
    dropped = points["otel.sdk.processor.span.processed"]["queue_full"]
    assert points["otel.sdk.processor.span.queue.size"] == {"": 60 - dropped}
