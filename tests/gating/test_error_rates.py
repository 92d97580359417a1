"""How often a gate passes what misses a demand, by simulation: in no more than half of alpha."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from verspan.comparison.comparing import Design, Evidence, Metric, Statistic, compare_evidence
from verspan.comparison.samples import Pairs, Sample
from verspan.evaluation.model import Goal
from verspan.gating.asking import gate
from verspan.gating.model import Verdict

TIMES = 400
HALF_OF_ALPHA = 0.025
Drawn = np.random.Generator


def grades(chance: Drawn) -> Evidence:
    """Sixty rows whose grade falls by 0.1, which is the margin."""
    before = chance.normal(3, 1, 60)
    after = before - 0.1 + chance.normal(0, 0.4, 60)
    return Evidence(Metric("found"), Sample.of(before), Sample.of(after), Pairs.of(before, after))


def rates(chance: Drawn) -> Evidence:
    """Errors of 10 %, which is the bound."""
    before, after = ((chance.random(200) < 0.1).astype(np.float64) for _ in range(2))
    return Evidence(Metric("found", Statistic.RATE, Goal.LOWER), Sample.of(before), Sample.of(after))


def costs(chance: Drawn) -> Evidence:
    """Costs that grow by 10 %, which is the bound, where the baseline's mean is uncertain, too."""
    before, after = chance.normal(1, 0.3, 80), chance.normal(1.1, 0.3, 80)
    return Evidence(Metric("found", goal=Goal.LOWER), Sample.of(before), Sample.of(after))


@pytest.mark.parametrize(
    ("draw", "demands"),
    [
        (grades, {"must": "not regress", "margin": 0.1}),
        (rates, {"at_most": 0.1}),
        (costs, {"max_increase": "10 %"}),
    ],
    ids=["margin", "bound", "share"],
)
def test_what_lies_on_the_bound(draw: Any, demands: dict[str, Any]) -> None:
    """Where the truth is the bound itself, a gate passes, and fails, in 2.5 % but for chance in simulating."""
    chance, policy = np.random.default_rng(7), {"metrics": {"found": demands}}
    found = [gate(compare_evidence("a", "b", [draw(chance)], Design()), policy).verdict for _ in range(TIMES)]
    most = TIMES * HALF_OF_ALPHA + 3 * np.sqrt(TIMES * HALF_OF_ALPHA * (1 - HALF_OF_ALPHA))
    assert found.count(Verdict.PASS) <= most
    assert found.count(Verdict.FAIL) <= most
