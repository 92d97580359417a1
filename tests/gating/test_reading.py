"""Policies out of TOML."""

from __future__ import annotations

from pathlib import Path

import pytest

from verspan.errors import InvalidArgumentError
from verspan.gating.model import Verdict
from verspan.gating.policy import MetricDemands, Must, Policy, Quantity, RowDemands
from verspan.gating.reading import read_policy

WHOLE = """
[gate]
alpha = 0.01
on_inconclusive = "fail"
warnings = "fail"
[metrics."correctness"]
must = "not regress"
margin = 0.02
[metrics."latency p95"]
at_most = "1500 ms"
[metrics."cost"]
must = "improve"
at_most = "$0.02"
max_increase = "10 %"
[metrics."output tokens"]
at_least = 10
max_decrease = "2.5%"
[rows]
max_regressed = 3
max_errors = 0
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_whole(tmp_path: Path) -> None:
    """Every key becomes what it says."""
    assert read_policy(written(tmp_path, WHOLE)) == Policy(
        metrics={
            "correctness": MetricDemands(must=Must.NOT_REGRESS, margin=Quantity(0.02)),
            "latency p95": MetricDemands(at_most=Quantity(1500, "ms")),
            "cost": MetricDemands(must=Must.IMPROVE, at_most=Quantity(0.02, "$"), max_increase=0.1),
            "output tokens": MetricDemands(at_least=Quantity(10), max_decrease=0.025),
        },
        rows=RowDemands(max_regressed=3, max_errors=0),
        alpha=0.01,
        on_inconclusive=Verdict.FAIL,
        warnings=Verdict.FAIL,
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[metrics", "is no TOML"),
        ("", "demands nothing, so everything would pass"),
        ("[gates]", "has the key 'gates'; known are gate, metrics, rows"),
        ("gate = 3", "gate = 3: it is a table"),
        ('[metrics."cost"]', r'\[metrics."cost"\] demands nothing: add one of must, margin, at_most'),
        ("[metrics.cost]\nat_mots = 3", "has the key 'at_mots'; known are must, margin, at_most"),
        ('[metrics.cost]\nmust = "regress"', r'.must = \'regress\': it is one of "not regress", "improve"'),
        ("[metrics.cost]\nmargin = 0.1", "margin says how far must may be missed"),
        ('[metrics.cost]\nmust = "improve"\nmargin = -1', "it is how much is tolerated, 0 or more"),
        ('[metrics.cost]\nat_most = "cheap"', "it is a number, or a number with its unit"),
        ("[metrics.cost]\nat_most = true", "it is a number, or a number with its unit"),
        ("[metrics.cost]\nmax_increase = 10", 'it is a share of the baseline, such as "10 %"'),
        ("[rows]\nmax_errors = -1", r"\[rows\].max_errors = -1: it is a whole number, 0 or more"),
        ("[rows]\nmax_errors = true", "it is a whole number"),
        ("[gate]\nalpha = 5\n[rows]\nmax_errors = 0", r"\[gate\].alpha = 5: it is a number between 0 and 1"),
        ('[gate]\nwarnings = "loud"', 'it is one of "pass", "fail", "inconclusive"'),
    ],
)
def test_mistakes(tmp_path: Path, text: str, message: str) -> None:
    """A mistake is refused with the key that has it, and with what may stand there."""
    with pytest.raises(InvalidArgumentError, match=message):
        read_policy(written(tmp_path, text))


def test_no_file(tmp_path: Path) -> None:
    """A policy that is not there is said to be so."""
    with pytest.raises(InvalidArgumentError, match=r"nowhere.toml cannot be read"):
        read_policy(tmp_path / "nowhere.toml")
