"""Retrieved documents against the relevant ones."""

from __future__ import annotations

import math
from typing import Any

import pytest
from tests.scorers.answers import answer, retrieval, step, trace_of

from verspan.errors import InvalidArgumentError
from verspan.scorers import RetrievalNDCG, RetrievalPrecision, RetrievalRecall
from verspan.scorers.retrieval import Retrieval

FOUND = trace_of(
    retrieval(1, {"id": "a", "score": 0.9}, {"id": "b"}), retrieval(2, {"id": "b"}, {"id": "c"}, {"id": 4})
)


def measured(scorer: Retrieval, relevant: Any, trace: Any = FOUND) -> Any:
    """The only score."""
    (only,) = scorer.score(answer(trace=trace, relevant_ids=relevant))
    return only.value


@pytest.mark.parametrize(
    ("scorer", "relevant", "score"),
    [
        (RetrievalRecall(), ["a", "4", "x"], 2 / 3),
        (RetrievalRecall(k=2), ["a", "c"], 0.5),
        (RetrievalRecall(k=100), ["a", "c"], 1.0),
        (RetrievalPrecision(), ["a", "c", "x"], 0.5),
        (RetrievalPrecision(k=1), ["a"], 1.0),
        (RetrievalPrecision(k=8), ["a", "c"], 0.25),
        (RetrievalNDCG(), ["a"], 1.0),
        (RetrievalNDCG(), ["b"], 1 / math.log2(3)),
        (RetrievalNDCG(), ["x"], 0.0),
        (RetrievalNDCG(k=2), ["b", "c", "x"], (1 / math.log2(3)) / (1 + 1 / math.log2(3))),
        (RetrievalNDCG(), {"a": 0, "b": 2}, 1 / math.log2(3)),
    ],
)
def test_measures(scorer: Retrieval, relevant: Any, score: float) -> None:
    """Each document counts once, at the first place where it was found, by the formulas of the docstrings."""
    assert measured(scorer, relevant) == pytest.approx(score)


def test_worked_example() -> None:
    """The graded example that explains the measure in many places: DCG 6.861, ideal DCG 7.141, so 0.961."""
    gains = {"1": 3, "2": 2, "3": 3, "5": 1, "6": 2}
    trace = trace_of(retrieval(1, *({"id": number} for number in range(1, 7))))
    assert measured(RetrievalNDCG(k=6), gains, trace) == pytest.approx(0.961, abs=5e-4)


def test_nothing_found() -> None:
    """A trace without a retrieval, or with one that found nothing, scores zero by each measure."""
    for trace in (trace_of(), trace_of(retrieval(1))):
        for scorer in (RetrievalRecall(), RetrievalPrecision(), RetrievalPrecision(k=3), RetrievalNDCG(k=3)):
            assert measured(scorer, ["a"], trace) == 0.0


@pytest.mark.parametrize("relevant", [None, [], {}, {"a": 0}])
def test_nothing_relevant(relevant: Any) -> None:
    """Without a relevant document there is nothing to judge."""
    assert list(RetrievalRecall().score(answer(trace=FOUND, relevant_ids=relevant))) == []


def test_at_fault() -> None:
    """Documents that were not kept or have no ids, and expectations that name none, are failures."""
    for trace, message in (
        (trace_of(step(1, {"gen_ai.operation.name": "retrieval"})), "retrieval 'step 1' were not kept"),
        (trace_of(retrieval(1, {"content": "text"})), "has no id"),
        (None, "there is none"),
    ):
        with pytest.raises(InvalidArgumentError, match=message):
            measured(RetrievalRecall(), ["a"], trace)
    for relevant, message in (("a", "a list or a mapping of ids"), ({"a": -1}, "is a number from 0 on, not -1")):
        with pytest.raises(InvalidArgumentError, match=message):
            measured(RetrievalNDCG(), relevant)
    with pytest.raises(InvalidArgumentError, match="k is at least 1, not 0"):
        RetrievalRecall(k=0)
