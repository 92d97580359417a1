"""Metrics of DeepEval as scorers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from typing import Any

import openai
import pytest
from deepeval.metrics import (  # type: ignore[import-not-found]  # in an environment of its own
    BaseMetric,
    ExactMatchMetric,
    GEval,
    JsonCorrectnessMetric,
)
from deepeval.models import DeepEvalBaseLLM  # type: ignore[import-not-found]  # likewise
from deepeval.test_case import SingleTurnParams  # type: ignore[import-not-found]  # likewise
from pydantic import BaseModel
from tests.evaluators.answers import MODEL, RIGHT, ROWS, UNEXPECTED, WRONG, paris, told, values
from tests.scorers.judges.conftest import JudgeServer

import verspan
import verspan.openai
from verspan.assessments.model import AssessmentSource, AssessmentSourceType, Feedback
from verspan.evaluation.model import Goal
from verspan.scorers import Answer, from_deepeval

PACKAGE = f"deepeval {version('deepeval')}"


class Model(DeepEvalBaseLLM):  # type: ignore[misc]  # theirs is not here
    """A model of a user's own, behind the client that is instrumented."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        super().__init__("gpt-4o-mini")

    def load_model(self, *_: Any, **__: Any) -> Any:
        return None

    def generate(self, prompt: str) -> str:
        with openai.OpenAI(base_url=self.base_url, api_key="demo", max_retries=0) as client:
            messages: Any = [{"role": "user", "content": prompt}]
            return str(
                client.chat.completions.create(model="gpt-4o-mini", messages=messages).choices[0].message.content
            )

    async def a_generate(self, prompt: str) -> str:
        return self.generate(prompt)

    def get_model_name(self) -> str:
        return "gpt-4o-mini"


@pytest.fixture
def model(server: JudgeServer) -> Any:
    """A model that finds everything eight of ten."""
    server.answering = lambda _request: '{"score": 8, "reason": "It is right."}'
    verspan.openai.autolog()
    yield Model(server.base_url)
    verspan.openai.autolog(disable=True)


def g_eval(model: Model, *, async_mode: bool) -> Any:
    """A metric by the model."""
    parameters = [SingleTurnParams.INPUT, SingleTurnParams.ACTUAL_OUTPUT, SingleTurnParams.EXPECTED_OUTPUT]
    return GEval(
        name="Correct",
        evaluation_params=parameters,
        evaluation_steps=["Compare the two."],
        model=model,
        async_mode=async_mode,
    )


def test_deterministic() -> None:
    """A metric judges what it needs with its reason and whether it has passed, and nothing where that is missing."""
    scorer = from_deepeval(ExactMatchMetric())
    source = AssessmentSource(AssessmentSourceType.CODE, f"Exact Match@{scorer.record.version}")
    (found,) = scorer.score(RIGHT)
    assert found == Feedback(
        "Exact Match",
        1.0,
        "The actual and expected outputs are exact matches.",
        source=source,
        metadata={"package": PACKAGE, "threshold": "1", "passed": "true"},
    )
    assert values(scorer.score(WRONG)) == [0.0]
    assert scorer.score(UNEXPECTED) == ()


def test_json(model: Model) -> None:
    """An answer that is JSON is judged as its text."""

    class Order(BaseModel):
        id: int

    scorer = from_deepeval(JsonCorrectnessMetric(expected_schema=Order, model=model, include_reason=False))
    assert values(scorer.score(Answer({"q": 1, "r": 2}, {"id": 7}))) == [1]
    assert values(scorer.score(Answer({"q": 1}, {"id": "x"}))) == [0]


class Slips(BaseMetric):  # type: ignore[misc]  # likewise
    """A metric of a user's own, which passes below its threshold."""

    threshold = 0.2
    evaluation_model = None

    def measure(self, test_case: Any) -> float:
        self.score = float(len(test_case.actual_output))
        return self.score

    async def a_measure(self, test_case: Any) -> float:
        return self.measure(test_case)

    def is_successful(self) -> bool:
        return self.score <= self.threshold

    @property
    def __name__(self) -> str:
        return "slips"


def test_goal() -> None:
    """A metric that passes below its threshold is better lower, unless somebody says otherwise."""
    scorer = from_deepeval(Slips())
    (found,) = scorer.score(RIGHT)
    assert (scorer.goal, from_deepeval(Slips(), goal="neither").goal) == (Goal.LOWER, Goal.NEITHER)
    assert (found.value, found.metadata["passed"]) == (5.0, "false")
    assert from_deepeval(ExactMatchMetric()).goal is Goal.HIGHER


@pytest.mark.parametrize("async_mode", [False, True])
async def test_model(model: Model, *, async_mode: bool) -> None:
    """A model of the user's own judges, in an event loop and outside one, from several threads at a time."""
    scorer = from_deepeval(g_eval(model, async_mode=async_mode), name="correct")
    (found,) = await scorer.score_async(RIGHT)
    metadata = {"package": PACKAGE, "threshold": "0.5", "passed": "true"}
    assert found == Feedback("correct", 0.8, "It is right.", source=MODEL, metadata=metadata)
    with ThreadPoolExecutor(4) as pool:
        assert [*pool.map(scorer.score, [RIGHT] * 8)] == [(found,)] * 8


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("async_mode", [False, True])
def test_judging_is_counted(model: Model, *, async_mode: bool) -> None:
    """What the model was asked is what judging took."""
    scorers = [from_deepeval(g_eval(model, async_mode=async_mode)), from_deepeval(ExactMatchMetric())]
    result = verspan.evaluate(ROWS, paris, scorers)
    assert told(result.rows) == {"r-1": (2, 1), "r-2": (0, 0)}
    assert [row.spent.calls for row in result.rows] == [0, 0]


def test_version(model: Model) -> None:
    """The version is the same for the same options, also after the metric has judged, and another for others."""
    metric = ExactMatchMetric()
    before = from_deepeval(metric).record
    metric.score, metric.reason = 1.0, "so"
    assert from_deepeval(metric).record == before
    assert from_deepeval(ExactMatchMetric(threshold=0.5)).record.version != before.version
    assert from_deepeval(g_eval(model, async_mode=True)).record.model == "gpt-4o-mini"
