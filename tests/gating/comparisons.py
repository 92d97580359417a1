"""Comparisons as gates get them."""

from __future__ import annotations

from collections.abc import Sequence

from verspan.comparison.model import (
    Basis,
    Comparison,
    Difference,
    Direction,
    Interval,
    MetricComparison,
    RowComparison,
    RowVerdict,
)
from verspan.evaluation.model import Goal


def difference(  # noqa: PLR0913 - what there is to say of one
    baseline: float,
    candidate: float,
    half_width: float,
    sides: tuple[float, float] = (0.0, 0.0),
    rows: int = 200,
    *,
    enough: bool = True,
) -> Difference:
    """A difference whose interval extends so far to either side, and the figures' own likewise."""
    estimate = candidate - baseline
    return Difference(
        baseline=baseline,
        candidate=candidate,
        estimate=estimate,
        interval=Interval(estimate - half_width, estimate + half_width),
        confidence=0.95,
        p_value=0.01,
        rows=(rows, rows),
        units=(rows, rows),
        method="paired t interval, t test",
        enough=enough,
        sides=(
            Interval(baseline - sides[0], baseline + sides[0]),
            Interval(candidate - sides[1], candidate + sides[1]),
        ),
    )


def metric(
    name: str,
    found: Difference | None,
    direction: Direction = Direction.NO_EVIDENCE,
    goal: Goal = Goal.HIGHER,
    unit: str = "",
) -> MetricComparison:
    """A metric that was compared."""
    return MetricComparison(name, unit, goal, found, direction, adjusted_p=0.04)


def comparison(*metrics: MetricComparison, warnings: Sequence[str] = (), rows: Sequence[RowVerdict] = ()) -> Comparison:
    """A comparison of evaluations, with as many rows of these verdicts."""
    compared = [RowComparison(f"row-{number}", verdict, [], [], []) for number, verdict in enumerate(rows)]
    basis = Basis.EVALUATION if rows else Basis.TRAFFIC
    return Comparison("agent-v1", "agent-v2", metrics, 0.05, "Holm", warnings, basis, rows=compared)
