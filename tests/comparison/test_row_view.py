"""What becomes of a row from one version to the other, and in which order rows are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from tests.comparison.evaluations import failed, pair, row, run, scorer

from verspan.comparison.model import RowComparison, RowScore, RowVerdict
from verspan.comparison.row_view import compared_rows
from verspan.comparison.run_metrics import run_metrics
from verspan.comparison.runs import RunPair
from verspan.evaluation.model import Goal, RowResult

GOOD, BAD = {"exact": True}, {"exact": False}


def rows_of(compared: RunPair) -> list[RowComparison]:
    return compared_rows(compared, run_metrics(compared))


def verdict(before: Sequence[RowResult], after: Sequence[RowResult]) -> RowVerdict:
    (found,) = rows_of(pair(before, after))
    return found.verdict


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([row("a", scores=GOOD)], [failed("a")], RowVerdict.ERROR),
        ([row("a", scores=BAD), row("a", 1, BAD)], [row("a", scores=GOOD), failed("a", 1)], RowVerdict.ERROR),
        ([row("a", scores=GOOD)], [row("a", scores=BAD)], RowVerdict.REGRESSED),
        ([row("a", scores=GOOD), row("a", 1, GOOD)], [row("a", scores=GOOD), row("a", 1, BAD)], RowVerdict.REGRESSED),
        ([row("a", scores=BAD)], [row("a", scores=GOOD)], RowVerdict.IMPROVED),
        ([failed("a")], [row("a", scores=BAD)], RowVerdict.IMPROVED),
        ([row("a", scores=GOOD)], [row("a", scores=GOOD)], RowVerdict.UNCHANGED),
        ([failed("a")], [failed("a")], RowVerdict.NOT_COMPARABLE),
        ([row("a")], [row("a")], RowVerdict.NOT_COMPARABLE),
        ([row("a", scores=GOOD)], [row("a", scores={"exact": None})], RowVerdict.NOT_COMPARABLE),
        ([row("a", scores=GOOD)], [], RowVerdict.NOT_COMPARABLE),
    ],
)
def test_verdicts(before: Sequence[RowResult], after: Sequence[RowResult], expected: RowVerdict) -> None:
    """A row has failed, is worse or better by its scores, or is the same; where nothing tells, that is said."""
    assert verdict(before, after) is expected


def test_trials_in_another_order() -> None:
    """Means that differ by nothing but the order in which trials were added up are the same."""
    values = (0.1, 0.2, 0.3)
    before = [row("a", trial, {"exact": value}) for trial, value in enumerate(values)]
    after = [row("a", trial, {"exact": value}) for trial, value in enumerate(reversed(values))]
    assert verdict(before, after) is RowVerdict.UNCHANGED


@pytest.mark.parametrize(
    ("goal", "expected"),
    [(Goal.LOWER, RowVerdict.REGRESSED), (Goal.NEITHER, RowVerdict.UNCHANGED), (Goal.HIGHER, RowVerdict.IMPROVED)],
)
def test_goals(goal: Goal, expected: RowVerdict) -> None:
    """Which way a score is better decides, and one that has no better decides nothing."""
    judged = [run(number, scorers=(scorer("length", goal=goal),)) for number in (1, 2)]
    (found,) = rows_of(pair([row("a", scores={"length": 1})], [row("a", scores={"length": 2})], judged))
    assert found.verdict is expected


def test_order() -> None:
    """Errors come first, then the rows that fell the furthest beside what others moved, and the rest by verdict."""
    before: dict[str, Any] = {"a": 1.0, "b": 1.0, "c": 1.0, "d": 0.0, "e": 0.5, "f": 1.0}
    after: dict[str, Any] = {"a": 0.9, "b": 0.2, "d": 1.0, "e": 0.5, "f": 1.0}
    results = [[row(name, scores={"exact": value}) for name, value in each.items()] for each in (before, after)]
    results[1][-1] = failed("f")
    found = rows_of(pair(results[0], results[1]))
    assert [(each.row_id, each.verdict) for each in found] == [
        ("f", RowVerdict.ERROR),
        ("b", RowVerdict.REGRESSED),
        ("a", RowVerdict.REGRESSED),
        ("d", RowVerdict.IMPROVED),
        ("e", RowVerdict.UNCHANGED),
        ("c", RowVerdict.NOT_COMPARABLE),
    ]
    assert found[1] == RowComparison(
        "b",
        RowVerdict.REGRESSED,
        [RowScore("exact", Goal.HIGHER, 1.0, 0.2)],
        [results[0][1]],
        [results[1][1]],
        {"question": "b"},
    )


def test_swapped() -> None:
    """With the versions the other way round what regressed has improved, and what was unchanged is."""
    before = [row(name, scores={"exact": value}) for name, value in (("a", 1), ("b", 0), ("c", 1))]
    after = [row(name, scores={"exact": value}) for name, value in (("a", 0), ("b", 1), ("c", 1))]
    forth = {each.row_id: each.verdict for each in rows_of(pair(before, after))}
    back = {each.row_id: each.verdict for each in rows_of(pair(after, before))}
    assert (forth["a"], forth["b"], forth["c"]) == (
        RowVerdict.REGRESSED,
        RowVerdict.IMPROVED,
        RowVerdict.UNCHANGED,
    )
    assert (back["a"], back["b"], back["c"]) == (RowVerdict.IMPROVED, RowVerdict.REGRESSED, RowVerdict.UNCHANGED)
