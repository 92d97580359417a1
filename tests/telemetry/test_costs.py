"""The metric of cost: priced when it is read, summed by attributes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from verspan.telemetry import costs
from verspan.telemetry.costs import cost_metric

MINI = {"gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o-mini"}
TOKENS = {"gen_ai.usage.input_tokens": 1_000_000, "gen_ai.usage.output_tokens": 1_000_000}
USD = 0.15 + 0.60  # a million tokens in and a million out, by the price list


@pytest.fixture
def readers() -> tuple[InMemoryMetricReader, InMemoryMetricReader]:
    """Two readers of one provider."""
    return InMemoryMetricReader(), InMemoryMetricReader()


@pytest.fixture
def provider(readers: tuple[InMemoryMetricReader, InMemoryMetricReader]) -> Iterator[MeterProvider]:
    """A provider that both read."""
    made = MeterProvider(readers, shutdown_on_exit=False)
    yield made
    made.shutdown()


def read(reader: InMemoryMetricReader) -> dict[frozenset[tuple[str, Any]], float]:
    """What a reader reads of the metric, by attributes."""
    data = reader.get_metrics_data()
    metrics = (
        [metric for resource in data.resource_metrics for scope in resource.scope_metrics for metric in scope.metrics]
        if data is not None
        else []
    )
    assert [(metric.name, metric.unit) for metric in metrics] in ([], [("verspan.client.operation.cost", "USD")])
    points: list[Any] = [point for metric in metrics for point in metric.data.data_points]
    return {frozenset(point.attributes.items()): point.value for point in points}


def test_sums(provider: MeterProvider, readers: tuple[InMemoryMetricReader, InMemoryMetricReader]) -> None:
    """Calls are summed by attributes, each once however many readers there are and however often they read."""
    metric = cost_metric(provider.get_meter("acme"), provider)
    one, two = MINI | {"logged_model.id": "m-1"}, MINI | {"logged_model.id": "m-2"}
    metric.add(one, TOKENS)
    metric.add(one, TOKENS)
    assert [read(reader) for reader in readers] == [{frozenset(one.items()): pytest.approx(2 * USD)}] * 2
    metric.add(two, TOKENS)
    expected = {frozenset(one.items()): pytest.approx(2 * USD), frozenset(two.items()): pytest.approx(USD)}
    assert [read(reader) for reader in readers] == [expected] * 2


def test_no_price(provider: MeterProvider, readers: tuple[InMemoryMetricReader, InMemoryMetricReader]) -> None:
    """A call of a model without a known price, or without tokens, is not in the sum, and not zero either."""
    metric = cost_metric(provider.get_meter("acme"), provider)
    metric.add(MINI | {"gen_ai.request.model": "nobody-knows"}, TOKENS)
    metric.add(MINI, {})
    assert read(readers[0]) == {}


def test_bounded(
    provider: MeterProvider,
    readers: tuple[InMemoryMetricReader, InMemoryMetricReader],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where nobody reads a bounded number of calls is kept, and none is missing when somebody does."""
    monkeypatch.setattr(costs, "MOST_WAITING", 10)
    metric = cost_metric(provider.get_meter("acme"), provider)
    for _ in range(100):
        metric.add(MINI, TOKENS)
    assert len(metric._waiting) == 10
    assert read(readers[0]) == {frozenset(MINI.items()): pytest.approx(100 * USD)}


def test_instrumented_again(
    provider: MeterProvider, readers: tuple[InMemoryMetricReader, InMemoryMetricReader]
) -> None:
    """A scope that is set up once more goes on with the same sum, and another scope has its own."""
    for _ in range(2):
        cost_metric(provider.get_meter("acme"), provider).add(MINI, TOKENS)
    assert cost_metric(provider.get_meter("other"), provider) is not cost_metric(provider.get_meter("acme"), provider)
    assert read(readers[0]) == {frozenset(MINI.items()): pytest.approx(2 * USD)}
