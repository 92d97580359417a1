"""The table of two versions beside each other."""

from __future__ import annotations

import pytest

from verspan.cli.quantities import NOTHING
from verspan.demo.side_by_side import side_by_side
from verspan.traces.model import Figures

BEFORE = Figures(
    "m-1", traces=6, calls=7, errors=1, input_tokens=800, output_tokens=400, cost_usd=0.000412, p50_ms=12.0, p95_ms=40.0
)
AFTER = Figures(
    "m-2",
    traces=6,
    calls=7,
    errors=0,
    input_tokens=1000,
    output_tokens=200,
    cost_usd=0.000824,
    p50_ms=15.0,
    p95_ms=38.0,
)


def rows(before: Figures, after: Figures) -> dict[str, list[str]]:
    lines = zip(*(column.cells for column in side_by_side(["v1", "v2"], [before, after])), strict=True)
    return {name: row for name, *row in lines}


def test_measures() -> None:
    """Each measure stands in its own unit, with the difference as it is and in parts of the earlier version."""
    assert rows(BEFORE, AFTER) == {
        "traces": ["6", "6", "same"],
        "calls": ["7", "7", "same"],
        "errors": ["1", "0", "-1 (-100%)"],
        "p50": ["12 ms", "15 ms", "+3.00 ms (+25%)"],
        "p95": ["40 ms", "38 ms", "-2.00 ms (-5%)"],
        "input tokens": ["800", "1000", "+200 (+25%)"],
        "output tokens": ["400", "200", "-200 (-50%)"],
        "cost": ["$0.000412", "$0.000824", "+$0.000412 (+100%)"],
    }


def test_unknown() -> None:
    """What is not known of one version has no difference, and a change from nothing has no percentage."""
    shown = rows(Figures("m-1"), AFTER)
    assert shown["calls"] == ["0", "7", "+7"]
    assert shown["p50"] == [NOTHING, "15 ms", NOTHING]
    assert shown["cost"] == [NOTHING, "$0.000824", NOTHING]


@pytest.mark.parametrize(
    ("names", "headers"),
    [
        (["agent-v1", "agent-v2"], ["v1", "v2"]),
        (["agent-1a2b", "agent-1a3c"], ["1a2b", "1a3c"]),
        (["stable", "canary"], ["stable", "canary"]),
        (["v1", "v2"], ["v1", "v2"]),
    ],
)
def test_headers(names: list[str], headers: list[str]) -> None:
    """A version's header is what tells it from the other, so that the table fits a narrow window."""
    columns = side_by_side(names, [BEFORE, AFTER])
    assert [column.header for column in columns] == ["", *headers, "difference"]
