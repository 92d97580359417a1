"""GenAI client metrics in both dialects."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.sdk.metrics.export import HistogramDataPoint

from verspan.semconv import DURATION_BUCKETS, TOKEN_BUCKETS
from verspan.settings import MetricDialect
from verspan.testing import CapturedTelemetry

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
