"""GenAI client metrics in both dialects."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.sdk.metrics.export import HistogramDataPoint

from verspan.context import ActiveVersion
from verspan.instrumentation.calls import Call, Reply, Usage
from verspan.instrumentation.metrics import CallEnd, CallMetrics
from verspan.semconv import DURATION_BUCKETS, TOKEN_BUCKETS
from verspan.settings import MetricDialect
from verspan.testing import CapturedTelemetry, capture_spans

from .acme import Client
from .conftest import traced_in

_CALL = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "acme",
    "gen_ai.request.model": "acme-1",
}


def _use(client: Client) -> None:
    client.ask("hi")
    list(client.ask("hi", stream=True))
    with pytest.raises(RuntimeError):
        client.ask("fail")


def _points(captured: CapturedTelemetry) -> dict[str, list[tuple[dict[str, Any], Any]]]:
    """Every point: its attributes beside those of every call, and its sum, or its count where the sum is a time."""
    found: dict[str, list[tuple[dict[str, Any], Any]]] = {}
    for name, metric in captured.metrics().items():
        for point in metric.data.data_points:
            own = {key: value for key, value in (point.attributes or {}).items() if key not in _CALL}
            assert {**_CALL, **own} == dict(point.attributes or {})
            amount = _amount(point, metric.unit)
            found.setdefault(name, []).append((own, amount))
    return found


def _amount(point: Any, unit: str | None) -> Any:
    if not isinstance(point, HistogramDataPoint):
        return point.value
    expected = DURATION_BUCKETS if unit == "s" else TOKEN_BUCKETS
    assert tuple(point.explicit_bounds) == expected
    return f"{point.count} times" if unit == "s" else point.sum


def test_shipped() -> None:
    """Convention 1.41: duration with the error's type, time to the first and between chunks, tokens by type."""
    with traced_in(MetricDialect.V1_41) as (client, captured):
        _use(client)
        assert _points(captured) == {
            "gen_ai.client.operation.duration": [({}, "2 times"), ({"error.type": "RuntimeError"}, "1 times")],
            "gen_ai.client.operation.time_to_first_chunk": [({}, "1 times")],
            "gen_ai.client.operation.time_per_output_chunk": [({}, "2 times")],
            "gen_ai.client.token.usage": [
                ({"gen_ai.token.type": "input"}, 1),
                ({"gen_ai.token.type": "output"}, 3),
            ],
        }


def test_development() -> None:
    """The newest text: tokens as counters by modality and as histograms, which are zero for a failed call."""
    with traced_in(MetricDialect.DEVELOPMENT) as (client, captured):
        _use(client)
        assert _points(captured) == {
            "gen_ai.client.inference.duration": [({}, "2 times"), ({"error.type": "RuntimeError"}, "1 times")],
            "gen_ai.client.inference.time_to_first_chunk": [({}, "1 times")],
            "gen_ai.client.inference.time_per_output_chunk": [({}, "2 times")],
            "gen_ai.client.inference.operation.input_tokens": [({}, 1)],
            "gen_ai.client.inference.operation.output_tokens": [({}, 3)],
            "gen_ai.client.inference.usage.input_tokens": [({"gen_ai.token.modality": "unknown"}, 1)],
            "gen_ai.client.inference.usage.output_tokens": [({"gen_ai.token.modality": "unknown"}, 3)],
        }


def test_no_inference() -> None:
    """In the newest text a call that is no inference has a duration of its own name, and nothing else."""
    with capture_spans(metric_dialect=MetricDialect.DEVELOPMENT) as captured:
        metrics = CallMetrics(captured.meter_provider.get_meter("acme"))
        reply = Reply(usage=Usage(input_tokens=5))
        metrics.record(CallEnd(Call("embeddings", "acme", "acme-1"), reply, 0.5, None, None))
        assert list(captured.metrics()) == ["gen_ai.client.operation.duration"]


@pytest.mark.parametrize("dialect", MetricDialect)
def test_by_version(dialect: MetricDialect) -> None:
    """Every metric of a call, its cost included, carries the version that the call ends with."""
    call = Call("chat", "openai", request_model="gpt-4o-mini")
    reply = Reply(usage=Usage(input_tokens=1_000_000, output_tokens=0, cache_read_input_tokens=500_000))
    with capture_spans(metric_dialect=dialect) as captured:
        metrics = CallMetrics(captured.meter_provider.get_meter("acme"), captured.meter_provider)
        for name in ("v1", "v2"):
            version = ActiveVersion(f"m-{name}", name)
            metrics.record(CallEnd(call, reply, 1.5, 0.5, None, version))
            metrics.record_chunk_gap(call, 0.1, version)
        measured = captured.metrics()
    points: dict[str, list[Any]] = {name: list(metric.data.data_points) for name, metric in measured.items()}
    assert {
        name: {point.attributes["logged_model.name"]: point.attributes["logged_model.id"] for point in found}
        for name, found in points.items()
    } == {name: {"v1": "m-v1", "v2": "m-v2"} for name in points}
    cost = [_amount(point, "USD") for point in points["verspan.client.operation.cost"]]
    assert cost == [pytest.approx(0.5 * 0.15 + 0.5 * 0.075)] * 2
