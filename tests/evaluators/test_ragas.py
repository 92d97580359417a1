"""Metrics of Ragas as scorers."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import openai
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of what it imports, and of the metrics that it is to lose
    import ragas.metrics  # type: ignore[import-not-found]  # in an environment of its own
    from ragas.llms import llm_factory  # type: ignore[import-not-found]  # in an environment of its own
    from ragas.metrics import DiscreteMetric
    from ragas.metrics.collections import (  # type: ignore[import-not-found]  # likewise
        ExactMatch,
        Faithfulness,
        StringPresence,
    )

from tests.evaluators.answers import MODEL, RIGHT, ROWS, UNEXPECTED, WRONG, paris, told, values
from tests.scorers.judges.conftest import JudgeServer

import verspan
import verspan.openai
from verspan.assessments.model import AssessmentSource, AssessmentSourceType, Feedback
from verspan.scorers import Answer, from_ragas

# It reads an id of the user's from a file that it leaves open, whether or not it is to tell anybody.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
PACKAGE = f"ragas {version('ragas')}"
SAID = Answer({"question": "Capital of France?"}, {"answer": "Paris.", "documents": ["It is Paris."]})
FAITHFUL = {"response": "outputs.answer", "retrieved_contexts": "outputs.documents"}


def answered(request: Mapping[str, Any]) -> str:
    """A statement, and that it is borne out, or a word."""
    asked = json.dumps(request)
    if "NLI" in asked or "verdict" in asked:
        return '{"statements": [{"statement": "Paris.", "reason": "It says so.", "verdict": 1}]}'
    if "statements" in asked:
        return '{"statements": ["The capital is Paris."]}'
    return '{"value": "kind", "reason": "It says please."}'


@pytest.fixture
def llm(server: JudgeServer) -> Any:
    """A model behind the client that is instrumented."""
    server.answering = answered
    verspan.openai.autolog()
    client = openai.AsyncOpenAI(base_url=server.base_url, api_key="demo", max_retries=0)
    yield llm_factory("gpt-4o-mini", client=client)
    verspan.openai.autolog(disable=True)


def test_deterministic() -> None:
    """A metric judges what it takes, and nothing where nothing is expected."""
    scorer = from_ragas(ExactMatch())
    source = AssessmentSource(AssessmentSourceType.CODE, f"exact_match@{scorer.record.version}")
    (found,) = scorer.score(RIGHT)
    assert found == Feedback("exact_match", 1.0, source=source, metadata={"package": PACKAGE})
    assert values(scorer.score(WRONG)) == [0.0]
    assert scorer.score(UNEXPECTED) == ()
    assert values(from_ragas(StringPresence(), name="there").score(RIGHT)) == [1.0]


async def test_in_an_event_loop() -> None:
    """Whoever waits in an event loop gets the same, and may do so without waiting."""
    scorer = from_ragas(ExactMatch())
    assert await scorer.score_async(WRONG) == scorer.score(WRONG)


@pytest.mark.parametrize("name", ["ExactMatch", "StringPresence"])
def test_older_metrics(name: str) -> None:
    """Metrics that judge a sample are judged by likewise."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        metric = getattr(ragas.metrics, name)()
    scorer = from_ragas(metric)
    assert [values(scorer.score(answer)) for answer in (RIGHT, WRONG, UNEXPECTED)] == [[1.0], [0.0], []]


def test_model(llm: Any) -> None:
    """A model judges, with documents from the answer, again and again by one client."""
    scorer = from_ragas(Faithfulness(llm=llm), fields=FAITHFUL)
    found = [scorer.score(SAID) for _ in range(3)]
    assert found == [(Feedback("faithfulness", 1.0, source=MODEL, metadata={"package": PACKAGE}),)] * 3


def test_category(llm: Any) -> None:
    """What a metric says in words is a category with its reason."""
    metric = DiscreteMetric(name="tone", prompt="How is {response}?", allowed_values=["kind", "rude"])
    (found,) = from_ragas(metric, arguments={"llm": llm}).score(RIGHT)
    assert found == Feedback("tone", "kind", "It says please.", source=MODEL, metadata={"package": PACKAGE})


@pytest.mark.usefixtures("store")
def test_judging_is_counted(llm: Any) -> None:
    """What the model was asked is what judging took."""
    scorers = [
        from_ragas(Faithfulness(llm=llm), arguments={"retrieved_contexts": ["Paris."]}),
        from_ragas(ExactMatch()),
    ]
    result = verspan.evaluate(ROWS, paris, scorers)
    assert told(result.rows) == {"r-1": (2, 2), "r-2": (1, 2)}
    assert [row.spent.calls for row in result.rows] == [0, 0]
