"""How far judges agree with people, out of a store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import verspan
from verspan.agreement.model import Agreement, Disagreement, Estimate
from verspan.assessments.model import AssessmentSource, AssessmentSourceType, Feedback
from verspan.comparison.model import Interval
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.store.interface import Store
from verspan.store.opening import open_store
from verspan.versions import registry

approx: Any = pytest.approx  # stands where a number is expected
MODEL = "openai:/gpt-4o-mini"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store in which this process records."""
    url = f"sqlite:///{tmp_path / 'verspan.db'}"
    registry.configure_recording(url)
    with closing(open_store(url)) as opened:
        yield opened
    registry.configure_recording(None)


def trace(number: int) -> str:
    """A trace's id."""
    return f"{number + 1:032x}"


def said(number: int, who: str, value: Any, **more: Any) -> Feedback:
    """What somebody found of a trace: people have plain names, judges a model's."""
    kind = AssessmentSourceType.LLM_JUDGE if ":/" in who else AssessmentSourceType.HUMAN
    given = {"name": "correctness", "create_time_ms": 1, **more}
    return Feedback(value=value, source=AssessmentSource(kind, who), trace_id=trace(number), **given)


def test_measured(store: Store) -> None:
    """Raw agreement, kappa, the table and disagreements come out of feedback of both on the same traces."""
    people = [True] * 20 + [False] * 16
    judged = [True] * 18 + [False] * 16 + [True] * 2
    store.assessments.add([said(at, "ann", value, rationale=f"person {at}") for at, value in enumerate(people)])
    store.assessments.add([said(at, MODEL, value, rationale=f"judge {at}") for at, value in enumerate(judged)])
    store.assessments.add([said(90, "ann", value=True), said(91, MODEL, value=True), said(92, MODEL, value=True)])
    store.assessments.add([said(93, MODEL, None, error=verspan.AssessmentError("Refusal")), said(94, MODEL, ["a"])])
    found = verspan.measure_agreement("correctness")
    (judge,) = found.judges
    assert (judge.judge, judge.labels, judge.categories, judge.table) == (
        MODEL,
        36,
        [False, True],
        [[14, 2], [2, 18]],
    )
    assert judge.raw == Estimate(
        approx(32 / 36),
        Interval(approx(0.7469, abs=1e-4), approx(0.9559, abs=1e-4)),
        "Wilson's interval",
    )
    assert judge.kappa is not None
    assert judge.kappa.value == pytest.approx(0.775)
    assert judge.disagreements == [
        Disagreement(trace(at), None, people[at], judged[at], 1.0, [f"person {at}"], f"judge {at}")
        for at in (18, 19, 34, 35)
    ]
    assert (judge.without_person, judge.without_judgement, judge.warnings) == (2, 1, [])
    assert (found.name, found.human_name, found.people, found.everyone) == ("correctness", "correctness", None, None)
    assert str(found).splitlines()[:6] == [
        f"correctness by {MODEL} beside people, 36 traces",
        "  raw agreement 88.9% (74.7% to 95.6%)",
        "  kappa 0.77 (0.57 to 0.98), substantial",
        "               false   true",
        "  people false     14      2",
        "  people  true      2     18",
    ]


def test_several(store: Store) -> None:
    """Of several people most decide, a tie is no label; people among themselves and all together have their alpha."""
    for who, values in {"ann": "aab", "bob": "aab", "cy": "abb"}.items():
        store.assessments.add([said(at, who, value) for at, value in enumerate(values)])
    store.assessments.add([said(7, "ann", "a"), said(7, "bob", "b")])
    for model in ("openai:/a", "openai:/b"):
        store.assessments.add([said(at, model, value) for at, value in enumerate("abb")])
        store.assessments.add([said(7, model, "a")])
    found = verspan.measure_agreement("correctness")
    assert [(each.judge, each.labels, each.table, each.without_person) for each in found.judges] == [
        ("openai:/a", 3, [[1, 1], [0, 1]], 1),
        ("openai:/b", 3, [[1, 1], [0, 1]], 1),
    ]
    assert found.people is not None
    assert found.everyone is not None
    assert (found.people.raters, found.people.units) == (["ann", "bob", "cy"], 4)
    assert found.everyone.raters == ["ann", "bob", "cy", "openai:/a", "openai:/b"]
    assert [each.judge for each in verspan.measure_agreement("correctness", judge="openai:/b").judges] == ["openai:/b"]


def test_worst_first(store: Store) -> None:
    """Numbers are weighted by how far apart they are, and those farthest apart come first."""
    pairs = [(1, 1), (2, 3), (5, 1), (4, 4), (5, 4.5)]
    for at, (person, model) in enumerate(pairs):
        store.assessments.add([said(at, "ann", person), said(at, MODEL, model)])
    (judge,) = verspan.measure_agreement("correctness").judges
    assert [(each.trace_id, each.distance) for each in judge.disagreements] == [
        (trace(2), 4.0),
        (trace(1), 1.0),
        (trace(4), 0.5),
    ]
    assert judge.kappa is not None
    assert judge.kappa.method == "Cohen's kappa, weighted by squared differences"
    assert judge.warnings == ["5 traces are few: with fewer than 30 kappa's interval is too sure"]


def test_corrected(store: Store) -> None:
    """A judgement that a person has corrected is still what the judge found; one that was withdrawn is not."""
    kept = store.assessments.add([said(at, MODEL, value=True) for at in range(3)])
    store.assessments.add([said(0, "ann", value=False, overrides=kept[0].assessment_id)])
    store.assessments.add([said(at, "ann", value=True) for at in (1, 2)])
    store.assessments.withdraw(str(kept[1].assessment_id))
    (judge,) = verspan.measure_agreement("correctness").judges
    assert (judge.categories, judge.table, judge.without_judgement) == ([False, True], [[0, 1], [0, 1]], 1)


def test_last_word(store: Store) -> None:
    """What was said last of a trace counts, words for true and false are these, and a run can be asked for."""
    store.assessments.add([said(0, "ann", "yes"), said(1, "ann", "No"), said(0, "ann", "no", create_time_ms=2)])
    store.assessments.add([said(0, MODEL, value=True, run_id="run-1"), said(1, MODEL, value=False, run_id="run-1")])
    store.assessments.add([said(0, MODEL, value=False, run_id="run-2", create_time_ms=2)])
    newest, of_run = (verspan.measure_agreement("correctness", run_id=run).judges[0] for run in (None, "run-1"))
    assert (newest.table, of_run.table) == ([[2]], [[1, 1], [0, 0]])


def test_warnings(store: Store) -> None:
    """What makes kappa low or undefined, and several versions of a judge, are told."""
    for at in range(40):
        version = {"judge_version": "0" * 12 if at else "1" * 12}
        store.assessments.add([said(at, "ann", at not in {0, 1}), said(at, MODEL, at not in {1, 2}, metadata=version)])
    store.assessments.add([said(at, "ann", value=True, name="safe") for at in range(40)])
    store.assessments.add([said(at, MODEL, value=True, name="safety") for at in range(40)])
    (judge,) = verspan.measure_agreement("correctness").judges
    (same,) = verspan.measure_agreement("safety", human="safe").judges
    assert judge.warnings == [
        "95% were found true, which makes kappa low: read it beside the raw agreement",
        "the judge was there in 2 versions (000000000000, 111111111111), counted as one",
    ]
    assert (same.kappa, same.warnings) == (
        None,
        ["everything was found true, so that kappa is not defined: label others, too"],
    )


def test_nothing(store: Store) -> None:
    """Where people or judges have said nothing, or not of the same, it is said which; a confidence is a share."""
    with pytest.raises(NotFoundError, match="no feedback 'correctness' of people"):
        verspan.measure_agreement("correctness")
    store.assessments.add([said(0, "ann", value=True)])
    with pytest.raises(NotFoundError, match="no feedback 'correctness' of openai:/x"):
        verspan.measure_agreement("correctness", judge="openai:/x")
    store.assessments.add([said(1, MODEL, value=True)])
    found: Agreement = verspan.measure_agreement("correctness")
    assert found.judges[0].warnings == ["no trace has been judged by both"]
    assert (found.judges[0].raw, found.judges[0].kappa) == (None, None)
    with pytest.raises(InvalidArgumentError, match="between 0 and 1"):
        verspan.measure_agreement("correctness", confidence=95)
