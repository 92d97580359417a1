"""A row in words."""

from __future__ import annotations

from tests.comparison.evaluations import failed, pair, row

from verspan.comparison.model import RowComparison
from verspan.comparison.row_view import compared_rows
from verspan.comparison.row_words import answer_text, inputs_text, scores_text, traces_text
from verspan.comparison.run_metrics import run_metrics
from verspan.comparison.runs import RunPair


def only(runs: RunPair) -> RowComparison:
    (found,) = compared_rows(runs, run_metrics(runs))
    return found


def test_one_answer() -> None:
    """The question, the scores that moved, both answers and both traces stand as they are."""
    before, after = row("a", scores={"exact": True, "grade": 0.5}), row("a", scores={"exact": False, "grade": 0.5})
    found = only(pair([before], [after]))
    assert (inputs_text(found), scores_text(found)) == ("a", "exact 1 → 0")
    assert (answer_text(found.baseline), traces_text(found.candidate)) == ("answer to a", after.trace_id)


def test_several() -> None:
    """Inputs of several names are JSON, trials that differ stand beside each other, and failures say what they are."""
    asked = {"question": "Où ?", "top": 3}
    before = [row("a", trial, {"exact": True}, outputs={"n": trial // 2}, inputs=asked) for trial in range(3)]
    found = only(pair(before, [failed("a")]))
    assert inputs_text(found) == '{"question": "Où ?", "top": 3}'
    assert scores_text(found) == "exact 1 → -"
    assert answer_text(found.baseline) == '{"n": 0} | {"n": 1}'
    assert answer_text(found.candidate) == "ValueError: no such order"


def test_none() -> None:
    """A version that does not have the row has neither answer nor trace."""
    found = only(pair([row("a")], []))
    assert (answer_text(found.candidate), traces_text(found.candidate), scores_text(found)) == ("-", "-", "")
