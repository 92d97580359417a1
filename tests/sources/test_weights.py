"""How many traces a sampled one stands for."""

from __future__ import annotations

import pytest

from verspan.sources.weights import weight_of


@pytest.mark.parametrize(
    ("trace_state", "weight"),
    [
        ("", 1.0),
        ("congo=t61rcWkgMzE", 1.0),
        ("ot=th:0", 1.0),
        ("ot=th:8", 2.0),
        ("ot=rv:9b8233f7e3a151;th:c", 4.0),
        ("congo=t61rcWkgMzE, ot=th:e;rv:9b8233f7e3a151", 8.0),
        ("ot=th:nothing", 1.0),
        ("dot=th:8", 1.0),
    ],
)
def test_weight(trace_state: str, weight: float) -> None:
    """The threshold of OpenTelemetry's entry says it; what says nothing stands for itself."""
    assert weight_of(trace_state) == weight
