"""Several judges as one."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Literal

import pytest
from tests.scorers.answers import answer
from tests.scorers.judges.conftest import judgement

from verspan.assessments.model import AssessmentError, AssessmentSource, AssessmentSourceType
from verspan.errors import InvalidArgumentError
from verspan.evaluation.model import ScorerRecord
from verspan.scorers.judges import Correctness, Judge, Jury, Safety, make_judge


def juror(value: Any, name: str, of: Any = bool) -> Judge:
    """A judge that always finds this; a text that is no judgement fails."""
    said = value if value == "?" else judgement(value, f"{name} says so")
    return make_judge("good", "Judge {{ outputs }}.", name, call=lambda *_: said, feedback_value_type=of)


def test_majority() -> None:
    """What most find is the value; each vote, that of a judge that failed too, is in the metadata."""
    jury = Jury(judges=[juror(True, "a"), juror(False, "b"), juror(True, "c"), juror("?", "d")])  # noqa: FBT003 - what each finds
    (feedback,) = jury.score(answer("!"))
    votes = json.loads(feedback.metadata["votes"])
    traces = [vote.pop("trace_id") for vote in votes]
    assert (feedback.name, feedback.value, feedback.rationale) == ("good", True, "a: a says so\nc: c says so")
    assert feedback.source == AssessmentSource(AssessmentSourceType.LLM_JUDGE, "a, b, c, d")
    assert (feedback.metadata["votes_agreeing"], feedback.metadata["judge_version"]) == ("0.667", jury.record.version)
    assert len(set(traces)) == 4
    assert votes == [
        {"judge": "good", "model": "a", "value": True, "rationale": "a says so", "error": None},
        {"judge": "good", "model": "b", "value": False, "rationale": "b says so", "error": None},
        {"judge": "good", "model": "c", "value": True, "rationale": "c says so", "error": None},
        {"judge": "good", "model": "d", "value": None, "rationale": None, "error": "InvalidJudgement"},
    ]
    (later,) = asyncio.run(jury.score_async(answer("!")))
    assert (later.value, later.rationale) == (feedback.value, feedback.rationale)
    assert jury.record == ScorerRecord("good", jury.record.version, model="a, b, c, d")


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ([True, False], AssessmentError("NoMajority", "1 votes each for True and False")),
        ([True, "?"], AssessmentError("TooFewVotes", "1 of 2 judges failed")),
        (["?", "?", True], AssessmentError("TooFewVotes", "2 of 3 judges failed")),
    ],
)
def test_undecided(values: list[Any], error: AssessmentError) -> None:
    """A jury that comes to no value has failed, and says how."""
    (feedback,) = Jury(judges=[juror(value, str(number)) for number, value in enumerate(values)]).score(answer("!"))
    assert (feedback.value, feedback.error) == (None, error)


def test_mean() -> None:
    """The mean is of numbers; of categories there is none."""
    numbers = [juror(value, str(value), int) for value in (1, 2, 5)]
    words = [juror(word, word, Literal["x", "y"]) for word in ("x", "y")]
    (mean,) = Jury(judges=numbers, decide="mean").score(answer("!"))
    (none,) = Jury(judges=words, decide="mean").score(answer("!"))
    assert (mean.value, none.error) == (
        8 / 3,
        AssessmentError("NoMean", "the judges found what is no number: decide by majority"),
    )


def test_of_models() -> None:
    """The same judge over several models is a jury, which judges nothing where they have nothing to judge."""
    first = Correctness(model="openai:/a", client=object())
    jury = Jury(judges=[first, Correctness(model="openai:/b", client=object())])
    assert (jury.name, jury.record.model, jury.score(answer("!"))) == ("correctness", "openai:/a, openai:/b", ())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Jury(judges=[juror("?", "a")]), "two judges or more"),
        (lambda: Jury(judges=[juror("?", "a"), Safety(call=lambda *_: "")]), "have none in common"),
        (lambda: Jury(judges=[juror("?", "a"), juror("?", "b")], decide="dice"), "by majority or by mean"),
    ],
)
def test_wrong(make: Any, message: str) -> None:
    """What is no jury is told where it is made."""
    with pytest.raises(InvalidArgumentError, match=message):
        make()
