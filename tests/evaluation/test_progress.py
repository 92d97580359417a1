"""How far an evaluation has come, as it is shown."""

from __future__ import annotations

import io

import pytest

from verspan.assessments.model import Feedback
from verspan.evaluation.model import EvaluationRun, RowFailure, RowResult, Spent
from verspan.evaluation.progress import Bar, Lines, Quiet, progress_for

RUN = EvaluationRun("run-1", "nightly", None, "rows", "0" * 64, (), 20)
GOOD = RowResult("r", spent=Spent(1, 10, 5, 0.5), scores=[Feedback("polite", value=True)])
FAILED = RowResult("r", failure=RowFailure("ValueError"))


def test_lines() -> None:
    """In CI there is a line for every tenth, with failures, scores and costs so far."""
    shown = io.StringIO()
    progress = Lines(20, shown)
    for result in [GOOD, FAILED] * 10:
        progress.advance(RUN, result)
    progress.close()
    lines = shown.getvalue().splitlines()
    assert len(lines) == 10
    assert lines[0] == "nightly: 2 of 20 rows, 1 failed, polite 1, $0.5000"
    assert lines[-1] == "nightly: 20 of 20 rows, 10 failed, polite 1, $5.0000"


def test_bar() -> None:
    """In a terminal there is a bar, with the same beside it."""
    shown = io.StringIO()
    bar = Bar(2, shown)
    bar.advance(RUN, GOOD)
    bar.advance(RUN, FAILED)
    bar.close()
    assert "2/2" in shown.getvalue()
    assert "1 failed, polite 1, $0.5000" in shown.getvalue()


def test_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines in CI, a bar in a terminal, and nothing elsewhere or in a test."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("CI", "true")
    assert isinstance(progress_for(1, Terminal()), Quiet)
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    assert isinstance(progress_for(1, Terminal()), Lines)
    monkeypatch.delenv("CI")
    bar = progress_for(1, Terminal())
    bar.close()
    assert isinstance(bar, Bar)
    assert isinstance(progress_for(1, io.StringIO()), Quiet)
