"""What an answer took."""

from __future__ import annotations

import pytest
from tests.scorers.answers import answer, trace_of

from verspan.errors import InvalidArgumentError
from verspan.evaluation.model import Goal
from verspan.scorers import Cost, Latency, Tokens
from verspan.scorers.built_in import OfTrace


@pytest.mark.parametrize(("scorer", "score"), [(Latency(), 250.0), (Cost(), 0.25), (Tokens(), 42)])
def test_scores(scorer: OfTrace, score: float) -> None:
    """Milliseconds, USD and tokens are those of the trace, and less is better."""
    assert scorer.goal is Goal.LOWER
    assert scorer.wants_trace
    assert [one.value for one in scorer.score(answer(trace=trace_of()))] == [score]
    with pytest.raises(InvalidArgumentError, match="there is none"):
        scorer.score(answer())


def test_unknown_prices() -> None:
    """No call costs nothing; a call whose price is not known makes the cost a failure and not less."""
    assert [one.value for one in Cost().score(answer(trace=trace_of(cost_usd=None)))] == [0.0]
    with pytest.raises(InvalidArgumentError, match="no price is known of 2 of the model calls"):
        Cost().score(answer(trace=trace_of(unpriced_calls=2)))
