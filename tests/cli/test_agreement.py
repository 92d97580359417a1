"""`verspan agreement`."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import Result
from tests.agreement.test_asking import MODEL, said, trace

from verspan.store.interface import Store

Run = Callable[..., Result]


@pytest.fixture
def judged(store: Store) -> None:
    """Four traces that a person and a judge have judged, one of them otherwise."""
    store.assessments.add([said(at, "ann", value=at > 1, rationale="names another order") for at in range(4)])
    store.assessments.add([said(at, MODEL, value=at > 0, rationale="names the order") for at in range(4)])


@pytest.mark.usefixtures("judged")
def test_shown(run: Run) -> None:
    """The figures, the table, and what was found otherwise are shown, with what to beware of."""
    result = run("agreement", "correctness")
    assert result.exit_code == 0
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    assert lines[:6] == [
        f"correctness by {MODEL}, beside people: 4 traces",
        "raw agreement  75.0% (30.1% to 95.4%)",
        "kappa          0.50 (-0.23 to 1.00), moderate",
        "             false   true",
        "people false      1      1",
        "people  true      0      2",
    ]
    assert any(trace(1) in line and "names the order" in line and "names another order" in line for line in lines[6:])
    assert "4 traces are few" in result.stderr


@pytest.mark.usefixtures("judged")
def test_json(run: Run) -> None:
    """As JSON it has every disagreement."""
    (judge,) = json.loads(run("agreement", "correctness", "--rows", "0", "--json").stdout)["judges"]
    assert (judge["table"], judge["kappa"]["value"], [each["trace_id"] for each in judge["disagreements"]]) == (
        [[1, 1], [0, 2]],
        0.5,
        [trace(1)],
    )
    hinted = run("agreement", "correctness", "--rows", "0").stderr
    assert "disagreements that are not shown: 1; --rows 1 shows all" in hinted


@pytest.mark.usefixtures("judged")
def test_nothing(run: Run) -> None:
    """Where there is nothing to compare the command fails and says what is missing."""
    result = run("agreement", "tone")
    assert (result.exit_code, "no feedback 'tone' of people" in result.stderr) == (1, True)
