"""Evaluators of autoevals as scorers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import openai
import pytest
from autoevals import (  # type: ignore[import-not-found]  # in an environment of its own
    ExactMatch,
    Factuality,
    JSONDiff,
    Levenshtein,
)
from autoevals.oai import LLMClient  # type: ignore[import-not-found]  # likewise
from tests.evaluators.answers import MODEL, RIGHT, ROWS, UNEXPECTED, WRONG, paris, told, values
from tests.scorers.judges.conftest import JudgeServer

import verspan
import verspan.openai
from verspan.assessments.model import AssessmentSource, AssessmentSourceType, Feedback
from verspan.errors import InvalidArgumentError
from verspan.evaluation.model import Goal
from verspan.scorers import Answer, from_autoevals

PACKAGE = f"autoevals {version('autoevals')}"


def chosen(choice: str) -> Mapping[str, Any]:
    """What a model answers that was asked to choose."""
    arguments = json.dumps({"reasons": ["It is the same."], "choice": choice})
    call = {"id": "c-1", "type": "function", "function": {"name": "select_choice", "arguments": arguments}}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


@pytest.fixture
def factuality(server: JudgeServer) -> Any:
    """An evaluator that asks the server, whose client is instrumented."""
    server.answering = lambda _request: chosen("C")
    verspan.openai.autolog()
    with openai.OpenAI(base_url=server.base_url, api_key="demo", max_retries=0) as client:
        yield Factuality(model="gpt-4o-mini", client=LLMClient(client, is_async=False))
    verspan.openai.autolog(disable=True)


def test_texts() -> None:
    """Texts are compared with what is expected, and where nothing is, nothing is judged."""
    scorer = from_autoevals(Levenshtein)
    assert (scorer.name, scorer.goal, scorer.record.model) == ("Levenshtein", Goal.HIGHER, None)
    source = AssessmentSource(AssessmentSourceType.CODE, f"Levenshtein@{scorer.record.version}")
    (found,) = scorer.score(RIGHT)
    assert found == Feedback("Levenshtein", 1, source=source, metadata={"package": PACKAGE})
    assert 0 < values(scorer.score(WRONG))[0] < 1
    assert scorer.score(UNEXPECTED) == ()
    assert values(from_autoevals(ExactMatch()).score(WRONG)) == [0]


def test_json() -> None:
    """JSON is compared as it is, from wherever in the answer it is to be taken."""
    answer = Answer({"q": 1}, {"order": {"id": 7, "paid": True}}, {"order": {"id": 7, "paid": False}})
    scorer = from_autoevals(JSONDiff(), fields={"output": "outputs.order", "expected": "expectations.order"})
    assert 0 < values(scorer.score(answer))[0] < 1
    with pytest.raises(
        InvalidArgumentError, match="fields says that 'output' is at 'output', and a place is or begins"
    ):
        from_autoevals(JSONDiff(), fields={"output": "output"})


def test_model(factuality: Any) -> None:
    """A model's judgement is its number with its rationale and choice, and the choice itself where that is wanted."""
    scorer = from_autoevals(factuality, name="factual")
    (found,) = scorer.score(RIGHT)
    assert found == Feedback(
        "factual", 1, "It is the same.", source=MODEL, metadata={"package": PACKAGE, "choice": "C"}
    )
    assert values(from_autoevals(factuality, choices=True).score(RIGHT)) == ["C"]
    assert scorer.score(UNEXPECTED) == ()


async def test_in_an_event_loop(factuality: Any, server: JudgeServer) -> None:
    """Whoever waits in an event loop gets the same, by a client that waits too."""
    (found,) = await from_autoevals(factuality).score_async(RIGHT)
    waiting = openai.AsyncOpenAI(base_url=server.base_url, api_key="demo")
    scorer = from_autoevals(Factuality(model="gpt-4o-mini", client=LLMClient(waiting, is_async=True)))
    assert [found] == [*await scorer.score_async(RIGHT)] == [*scorer.score(RIGHT)]


@pytest.mark.usefixtures("store")
def test_judging_is_counted(factuality: Any) -> None:
    """What the model was asked is what judging took, and not what answering did."""
    result = verspan.evaluate(ROWS, paris, [from_autoevals(factuality), from_autoevals(Levenshtein())])
    assert told(result.rows) == {"r-1": (2, 1), "r-2": (0, 0)}
    assert [row.spent.calls for row in result.rows] == [0, 0]


def test_version(factuality: Any) -> None:
    """The version is the same for the same options, and another for others."""
    first, second = from_autoevals(Levenshtein()), from_autoevals(Levenshtein())
    assert first.record == second.record
    assert from_autoevals(ExactMatch()).record.version != first.record.version
    other = Factuality(model="gpt-4o", client=factuality.client)
    assert from_autoevals(other).record.version != from_autoevals(factuality).record.version
