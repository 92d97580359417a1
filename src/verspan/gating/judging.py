"""A comparison held against a policy.

Every demand on a number is that it lies on one side of a bound, and every number has an interval. The demand is met
where all of the interval is on that side, failed where all of it is on the other, and neither where the bound is
inside. So a demand that is not met is taken for met in at most half of alpha of all cases (one end of a two-sided
interval), and so is a gate, however many demands it has: it passes only where every one of them is met
(an intersection-union test; Berger, "Multiparameter hypothesis testing and acceptance sampling", 1982).
"""

from __future__ import annotations

from collections.abc import Iterator

from verspan.comparison.model import Basis, Comparison, MetricComparison, RowVerdict
from verspan.errors import InvalidArgumentError
from verspan.gating.demands import metric_checks
from verspan.gating.model import CheckResult, GateResult, Verdict, overall
from verspan.gating.policy import MetricDemands, Policy

_OF_ROWS = {"max_regressed": (RowVerdict.REGRESSED, "regressed"), "max_errors": (RowVerdict.ERROR, "failed")}


def judged(policy: Policy, comparison: Comparison) -> GateResult:
    """What comes of everything that a policy demands.

    Raises:
        InvalidArgumentError: a bound is in another unit than its metric, or the comparison's intervals are of less
            confidence than the policy wants.
    """
    if comparison.alpha > policy.alpha:
        raise InvalidArgumentError(
            f"the policy wants alpha = {policy.alpha:g} and the comparison was made with {comparison.alpha:g}: "
            f"compare with alpha={policy.alpha:g}, or change [gate].alpha"
        )
    checks = [
        *(check for name, demands in policy.metrics.items() for check in _of_metric(name, demands, comparison)),
        *_of_rows(policy, comparison),
        *_of_warnings(policy, comparison),
    ]
    return GateResult(overall(checks, policy.on_inconclusive), checks, comparison)


def _of_metric(name: str, demands: MetricDemands, comparison: Comparison) -> Iterator[CheckResult]:
    found = _found(name, comparison)
    if found is not None:
        yield from metric_checks(found, demands)
        return
    known = ", ".join(each.metric for each in comparison.metrics) or "none"
    yield CheckResult(name, Verdict.INCONCLUSIVE, "be compared", "-", f"It was not compared; compared are: {known}.")


def _found(name: str, comparison: Comparison) -> MetricComparison | None:
    return next((each for each in comparison.metrics if each.metric == name), None)


def _of_rows(policy: Policy, comparison: Comparison) -> Iterator[CheckResult]:
    for key, (verdict, word) in _OF_ROWS.items():
        most: int | None = getattr(policy.rows, key)
        if most is not None:
            yield _counted(comparison, verdict, word, most)


def _counted(comparison: Comparison, verdict: RowVerdict, word: str, most: int) -> CheckResult:
    demand = f"at most {most} {word}"
    if comparison.basis is not Basis.EVALUATION or not comparison.rows:
        return CheckResult("rows", Verdict.INCONCLUSIVE, demand, "-", "No rows of evaluations were compared.")
    number = sum(row.verdict is verdict for row in comparison.rows)
    found = f"{number} of {len(comparison.rows)} {word}"
    if number <= most:
        return CheckResult("rows", Verdict.PASS, demand, found, "They are no more than that.")
    return CheckResult("rows", Verdict.FAIL, demand, found, f"They are {number - most} more than that.")


def _of_warnings(policy: Policy, comparison: Comparison) -> Iterator[CheckResult]:
    if policy.warnings is Verdict.PASS:
        return
    number = len(comparison.warnings)
    verdict = policy.warnings if number else Verdict.PASS
    reason = "; ".join(comparison.warnings) or "Nothing keeps the numbers from being about the change alone"
    yield CheckResult("warnings", verdict, "none", str(number or "none"), f"{reason}.")
