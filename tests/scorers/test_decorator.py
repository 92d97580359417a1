"""Functions as scorers: what they take, what they give, and what they are called."""

from __future__ import annotations

import enum
import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.scorers.answers import answer, trace_of

import verspan
from verspan.assessments.model import AssessmentError, AssessmentSource, AssessmentSourceType, Feedback
from verspan.errors import InvalidArgumentError
from verspan.evaluation.model import Goal, ScorerRecord
from verspan.scorers.function_scorer import FunctionScorer
from verspan.scorers.model import Scorer


@verspan.scorer
def polite(outputs: str) -> bool:
    """Whether it asks nicely."""
    return "please" in outputs


@verspan.scorer(name="hops", goal="lower")
async def how_many(trace: Any, expectations: dict[str, int]) -> int:
    return len(trace.spans) - expectations["free"]


class Tone(enum.Enum):
    KIND = "kind"


def scored(gives: Any) -> list[Any]:
    """The values of a scorer that gives this."""
    made = verspan.scorer(lambda outputs: gives, name="given")
    return [one.value for one in made.score(answer())]


def test_function() -> None:
    """A function becomes a scorer by its name, whose feedback names it and its version, and stays a function."""
    version = polite.record.version
    assert polite.record == ScorerRecord("polite", version, Goal.HIGHER)
    assert len(version) == 12
    assert int(version, 16) >= 0
    source = AssessmentSource(AssessmentSourceType.CODE, f"polite@{version}")
    assert polite.score(answer("yes please")) == (Feedback("polite", value=True, source=source),)
    assert polite("no") is False
    assert not polite.wants_trace


def test_protocol() -> None:
    """Scorers made of functions and those that come with Verspan are what the type says."""
    made: list[Scorer] = [polite, how_many, verspan.scorers.ExactMatch()]
    assert [one.wants_trace for one in made] == [False, True, False]


async def test_coroutine_function() -> None:
    """A coroutine function is awaited, in the loop that runs or in one of its own, and has name and goal as given."""
    given = answer(trace=trace_of(), free=2)
    assert how_many.record.name == "hops"
    assert how_many.goal is Goal.LOWER
    assert [one.value for one in await how_many.score_async(given)] == [-2]
    assert [one.value for one in await polite.score_async(answer("please"))] == [True]
    with pytest.raises(InvalidArgumentError, match="'hops' is a coroutine function: await score_async"):
        how_many.score(given)


def test_coroutine_function_without_loop() -> None:
    """Where no loop runs, a coroutine function can be scored as any other."""
    assert [one.value for one in how_many.score(answer(trace=trace_of(), free=0))] == [0]


@pytest.mark.parametrize(
    ("gives", "values"),
    [
        (True, [True]),
        (3, [3]),
        (0.5, [0.5]),
        ("formal", ["formal"]),
        ("", [""]),
        (Tone.KIND, ["kind"]),
        (np.float32(0.5), [0.5]),
        (np.bool_(False), [False]),  # noqa: FBT003 - the value is the point
        (Feedback(value="x"), ["x"]),
        (Feedback(value={"a": 1}), [{"a": 1}]),
        ([Feedback("a", 1), Feedback("b", 2)], [1, 2]),
        ([], []),
        (None, []),
    ],
)
def test_outcomes(gives: Any, values: list[Any]) -> None:
    """What a scorer may return becomes feedback with plain values; None and an empty list are no feedback."""
    found = scored(gives)
    assert found == values
    assert [type(one) for one in found] == [type(one) for one in values]


def test_feedback_is_kept() -> None:
    """A feedback of the scorer's keeps its name, rationale, error and source, and gets those that it has not."""
    judge = AssessmentSource(AssessmentSourceType.LLM_JUDGE, "openai:/gpt")
    given = [Feedback(value=1, rationale="so"), Feedback("own", error=AssessmentError("Timeout"), source=judge)]
    made = verspan.scorer(lambda outputs: given, name="given")
    code = AssessmentSource(AssessmentSourceType.CODE, f"given@{made.record.version}")
    assert made.score(answer()) == (Feedback("given", 1, rationale="so", source=code), given[1])


@pytest.mark.parametrize(
    ("gives", "message"),
    [
        (object(), "'given' gave a value of type object; a scorer returns a bool, a number"),
        ({"a": 1}, "a value of type dict"),
        ([1], "a list with a value of type int in it"),
        (math.nan, "gave nan, which is no score"),
        (Feedback(value=math.inf), "gave inf, which is no score"),
        (np.array([1, 2]), "a value of type ndarray"),
        (Feedback(), "without a value and without an error; return None"),
        ([Feedback(value=1), Feedback(value=2)], "several Feedback named 'given'"),
    ],
)
def test_unusable_outcomes(gives: Any, message: str) -> None:
    """What is no score is an error that names the scorer and says what would be one."""
    with pytest.raises(InvalidArgumentError, match=message):
        scored(gives)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda: True, "takes nothing; it has to take any of inputs, outputs, expectations, trace by name"),
        (lambda answer: True, "takes answer;"),
        (lambda outputs, other: True, "takes outputs, other;"),
        (lambda outputs, /: True, "takes outputs;"),
        (lambda *args, **kwargs: True, r"takes \*args, \*\*kwargs;.*functools.wraps"),
        (int.from_bytes, "takes bytes"),
    ],
)
def test_wrong_signatures(function: Callable[..., Any], message: str) -> None:
    """A function that takes something else is told where it becomes a scorer."""
    with pytest.raises(InvalidArgumentError, match=message):
        verspan.scorer(function, name="wrong")


def test_names_and_goals() -> None:
    """A lambda needs a name, a goal is one of three, and an object that can be called has its class's name."""

    class Strict:
        def __call__(self, outputs: str, least: int = 3) -> bool:
            return len(outputs) >= least

    with pytest.raises(InvalidArgumentError, match="a lambda has no name"):
        verspan.scorer(lambda outputs: True)
    with pytest.raises(InvalidArgumentError, match="no goal 'up'; there are higher, lower, neither"):
        verspan.scorer(polite.function, goal="up")
    assert verspan.scorer(Strict()).name == "Strict"
    assert verspan.scorer(functools.partial(Strict().__call__, least=5)).score(answer("four"))[0].value is False


def test_what_it_raises() -> None:
    """What a scorer raises reaches whoever runs it."""

    @verspan.scorer
    def broken(outputs: str) -> bool:
        raise ZeroDivisionError(outputs)

    assert isinstance(broken, FunctionScorer)
    with pytest.raises(ZeroDivisionError):
        broken.score(answer("x"))
