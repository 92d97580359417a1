"""Demands held against comparisons."""

from __future__ import annotations

from typing import Any

import pytest
from tests.gating.comparisons import comparison, difference, metric

from verspan.comparison.model import Comparison, Direction, RowVerdict
from verspan.errors import InvalidArgumentError
from verspan.evaluation.model import Goal
from verspan.gating.asking import gate
from verspan.gating.model import CheckResult, Verdict

PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE


def judged(found: Comparison, name: str, **demands: Any) -> CheckResult:
    """What comes of demands on one metric."""
    (check,) = gate(found, {"metrics": {name: demands}}).checks
    return check


@pytest.mark.parametrize(
    ("direction", "must", "verdict"),
    [
        (Direction.WORSE, "not regress", FAIL),
        (Direction.NO_EVIDENCE, "not regress", PASS),
        (Direction.BETTER, "not regress", PASS),
        (Direction.TOO_FEW, "not regress", INCONCLUSIVE),
        (Direction.WORSE, "improve", FAIL),
        (Direction.NO_EVIDENCE, "improve", INCONCLUSIVE),
        (Direction.BETTER, "improve", PASS),
        (Direction.TOO_FEW, "improve", INCONCLUSIVE),
    ],
)
def test_without_margin(direction: Direction, must: str, verdict: Verdict) -> None:
    """Without a margin the comparison's own verdict decides, which is corrected for the number of metrics."""
    found = comparison(metric("correctness", difference(0.9, 0.88, 0.03), direction))
    assert judged(found, "correctness", must=must).verdict is verdict


@pytest.mark.parametrize(
    ("candidate", "half_width", "verdict"),
    [
        (0.90, 0.01, PASS),
        (0.89, 0.005, PASS),
        (0.89, 0.02, INCONCLUSIVE),
        (0.95, 0.10, INCONCLUSIVE),
        (0.85, 0.02, FAIL),
    ],
)
@pytest.mark.parametrize("goal", [Goal.HIGHER, Goal.LOWER])
def test_margin(candidate: float, half_width: float, verdict: Verdict, goal: Goal) -> None:
    """A metric may be worse by a margin: the bad end of the interval decides, whichever way is worse."""
    sign = 1 if goal is Goal.HIGHER else -1
    found = comparison(metric("score", difference(sign * 0.9, sign * candidate, half_width), goal=goal))
    assert judged(found, "score", must="not regress", margin=0.02).verdict is verdict


def test_margin_of_improvement() -> None:
    """With a margin, to improve is to be better by at least as much."""
    found = comparison(metric("score", difference(0.5, 0.7, 0.05), Direction.BETTER))
    margins = {margin: judged(found, "score", must="improve", margin=margin).verdict for margin in (0.1, 0.2, 0.3)}
    assert margins == {0.1: PASS, 0.2: INCONCLUSIVE, 0.3: FAIL}


def test_absolute_bounds() -> None:
    """A bound holds for the candidate's own figure with its own interval, in whatever unit it is written."""
    slow = metric("latency p95", difference(1000, 1300, 200, (80, 150)), Direction.WORSE, Goal.LOWER, "ms")
    assert judged(comparison(slow), "latency p95", at_most="1.5 s") == CheckResult(
        metric="latency p95",
        verdict=PASS,
        demand="at most 1.5 s",
        found="1,300 ms (1,150 ms to 1,450 ms; 200 rows)",
        reason="All of the interval meets it.",
    )
    assert judged(comparison(slow), "latency p95", at_most="1400 ms").verdict is INCONCLUSIVE
    assert judged(comparison(slow), "latency p95", at_most=1100).verdict is FAIL
    rate = metric("correctness", difference(0.9, 0.8, 0.1, (0.05, 0.05)))
    bounds = {bound: judged(comparison(rate), "correctness", at_least=bound).verdict for bound in (0.7, "80 %", 0.9)}
    assert bounds == {0.7: PASS, "80 %": INCONCLUSIVE, 0.9: FAIL}


def test_relative_bounds() -> None:
    """A share of the baseline counts how sure the baseline is, too."""
    cost = metric("cost", difference(0.010, 0.0105, 0.0003, (0.001, 0.001)), Direction.WORSE, Goal.LOWER, "USD")
    found = judged(comparison(cost), "cost", max_increase="10 %")
    assert found.found == "+$0.0005, +5.0% (+$0.0002 to +$0.0008; 200 rows)"
    increases = {
        share: judged(comparison(cost), "cost", max_increase=share).verdict for share in ("10 %", "8.5 %", "5 %", "1 %")
    }
    assert increases == {"10 %": PASS, "8.5 %": INCONCLUSIVE, "5 %": INCONCLUSIVE, "1 %": FAIL}
    assert judged(comparison(cost), "cost", max_decrease="0 %").verdict is PASS


def test_bound_of_baseline_below_zero() -> None:
    """A share of less than nothing says nothing, and the way out is said."""
    found = judged(comparison(metric("score", difference(-1, 1, 0.1))), "score", max_increase="10 %")
    assert (found.verdict, "bound it by margin" in found.reason) == (INCONCLUSIVE, True)


def test_too_few() -> None:
    """What cannot be relied on is no pass, and neither is what was not observed."""
    few = metric("cost", difference(1, 1, 0.0, rows=3, enough=False), Direction.TOO_FEW, Goal.LOWER, "USD")
    none = metric("tokens", None, Direction.TOO_FEW, Goal.LOWER)
    demands = {"at_most": 5, "max_increase": "10 %", "must": "not regress"}
    result = gate(comparison(few, none), {"metrics": {"cost": demands, "tokens": demands}})
    assert {check.verdict for check in result.checks} == {INCONCLUSIVE}
    assert {check.found for check in result.checks} == {"3 and 3 rows", "0 and 0 rows"}


def test_unknown_metric() -> None:
    """A metric that was not compared is inconclusive, and those that were are named."""
    found = comparison(metric("correctness", difference(0.9, 0.9, 0.01)), metric("cost", None))
    check = judged(found, "corectness", must="not regress")
    assert (check.verdict, check.reason) == (
        INCONCLUSIVE,
        "It was not compared; compared are: correctness, cost.",
    )


def test_metric_without_better() -> None:
    """What has no better cannot regress; the demands that say something of it are named."""
    found = comparison(metric("output tokens", difference(50, 90, 5), Direction.CHANGED, Goal.NEITHER, "token"))
    check = judged(found, "output tokens", must="not regress")
    assert (check.verdict, "max_increase" in check.reason) == (INCONCLUSIVE, True)
    assert judged(found, "output tokens", max_increase="50 %").verdict is FAIL


def test_rows() -> None:
    """Rows are counted as they are; without rows nothing can be said of them."""
    rows = [RowVerdict.REGRESSED] * 3 + [RowVerdict.ERROR] + [RowVerdict.UNCHANGED] * 6
    result = gate(comparison(rows=rows), {"rows": {"max_regressed": 3, "max_errors": 0}})
    assert [(check.verdict, check.found) for check in result.checks] == [
        (PASS, "3 of 10 regressed"),
        (FAIL, "1 of 10 failed"),
    ]
    assert gate(comparison(), {"rows": {"max_errors": 0}}).verdict is INCONCLUSIVE


def test_warnings() -> None:
    """A comparison's warnings may be made a failure, and are let pass otherwise."""
    kept = metric("correctness", difference(0.9, 0.9, 0.01))
    demands = {"metrics": {"correctness": {"must": "not regress"}}}
    warned = comparison(kept, warnings=["the versions saw another mix of requests"])
    assert gate(warned, demands).verdict is PASS
    strict = {**demands, "gate": {"warnings": "fail"}}
    assert (gate(warned, strict).verdict, gate(comparison(kept), strict).verdict) == (FAIL, PASS)


@pytest.mark.parametrize(
    ("half_width", "on_inconclusive", "verdict"),
    [
        (0.1, "inconclusive", INCONCLUSIVE),
        (0.1, "pass", PASS),
        (0.1, "fail", FAIL),
        (0.001, "fail", PASS),
    ],
)
def test_what_is_made_of_inconclusive(half_width: float, on_inconclusive: str, verdict: Verdict) -> None:
    """A team decides what an open question comes to; the check itself stays open."""
    found = comparison(metric("score", difference(0.9, 0.9, half_width)))
    policy = {
        "gate": {"on_inconclusive": on_inconclusive},
        "metrics": {"score": {"must": "not regress", "margin": 0.02}},
    }
    result = gate(found, policy)
    assert result.verdict is verdict
    assert result.checks[0].verdict is (INCONCLUSIVE if half_width > 0.02 else PASS)


def test_failure_outweighs() -> None:
    """One check that fails decides, whatever the others show and whatever is made of inconclusive ones."""
    found = comparison(metric("score", difference(0.9, 0.5, 0.1), Direction.WORSE), metric("cost", None))
    demands = {"score": {"must": "not regress"}, "cost": {"at_most": 1}}
    assert gate(found, {"gate": {"on_inconclusive": "pass"}, "metrics": demands}).verdict is FAIL


def test_confidence() -> None:
    """A comparison that is less sure than the policy wants is refused, and one that is surer is not."""
    found = comparison(metric("score", difference(0.9, 0.9, 0.01)))
    demands = {"metrics": {"score": {"must": "not regress"}}}
    with pytest.raises(InvalidArgumentError, match=r"compare with alpha=0\.01"):
        gate(found, {"gate": {"alpha": 0.01}, **demands})
    assert gate(found, {"gate": {"alpha": 0.1}, **demands}).verdict is PASS


def test_unit_of_something_else() -> None:
    """A bound in a unit that is not the metric's is an error of the policy."""
    found = comparison(metric("cost", difference(1, 1, 0.1), goal=Goal.LOWER, unit="USD"))
    with pytest.raises(InvalidArgumentError, match="says 5 ms: the metric is in USD"):
        judged(found, "cost", at_most="5 ms")


def test_text() -> None:
    """Printed, a gate says its verdict, and each demand with what was found."""
    found = comparison(metric("correctness", difference(0.9, 0.8, 0.05), Direction.WORSE))
    assert str(gate(found, {"metrics": {"correctness": {"must": "not regress", "margin": 0.02}}})) == (
        "fail: agent-v1 → agent-v2\n"
        "  fail          correctness, not regress by more than 0.02: -0.1 (-0.15 to -0.05; 200 rows). "
        "All of the interval misses it."
    )
