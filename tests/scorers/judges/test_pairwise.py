"""Which of two answers is better, and which of two versions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import openai
import pytest
from statsmodels.stats.proportion import proportion_confint
from tests.scorers.judges.conftest import JudgeServer, judgement

from verspan.assessments.model import AssessmentError
from verspan.comparison.model import Interval
from verspan.errors import InvalidArgumentError
from verspan.evaluation.running import evaluate
from verspan.scorers.judges import Pairwise
from verspan.scorers.judges.preferences import Preference, Preferred

approx: Any = pytest.approx  # stands where a number is expected


def longer(messages: Sequence[Mapping[str, str]], _schema: Any) -> str:
    """Prefer the longer answer; what stands first where one says "mine!"; and say nothing sensible of "what"."""
    told = messages[1]["content"]
    first, second = (told.partition(f"<{name} ")[2].partition(f"</{name}")[0][:-1] for name in ("first", "second"))
    if "what" in told:
        return "?"
    if "mine!" in told:
        return judgement("first", "it is the first")
    by_length = len(first.partition("\n")[2]) - len(second.partition("\n")[2])
    return judgement("tie" if not by_length else "first" if by_length > 0 else "second", "length")


def test_both_orders() -> None:
    """A preference holds in both orders; one that goes by position is a tie and says so; a failure is none."""
    judge = Pairwise(call=longer)
    found = [
        judge.prefer({"q": "?"}, "short", "much longer"),
        judge.prefer({"q": "?"}, "much longer", "short"),
        judge.prefer({"q": "?"}, "equal", "alike"),
        judge.prefer({"q": "?"}, "mine!", "other", {"expected_response": "x"}),
        judge.prefer({"q": "?"}, "what", "other"),
        judge.prefer({"q": "?"}, "what", "what"),
    ]
    assert [replace(each, judge_trace_ids=()) for each in found] == [
        Preference(Preferred.CANDIDATE, rationales=("length", "length")),
        Preference(Preferred.BASELINE, rationales=("length", "length")),
        Preference(Preferred.TIE, rationales=("length", "length")),
        Preference(Preferred.TIE, flipped=True, first_twice=True, rationales=("it is the first", "it is the first")),
        Preference(None, error=AssessmentError("InvalidJudgement", "it is no JSON")),
        Preference(Preferred.TIE),
    ]
    assert [len(set(each.judge_trace_ids)) for each in found] == [2] * 5 + [0]


def answering(**answers: str) -> Callable[..., str]:
    """A version that answers by name, and fails where there is no answer."""
    return lambda question: answers[question]


@pytest.mark.usefixtures("store")
def test_versions() -> None:
    """Versions are compared over the rows that both answered, with an interval, ties, failures and position bias."""
    data = [{"row_id": name, "inputs": {"question": name}} for name in "abcdefgh"]
    long, short = "a long answer", "short"
    v1 = answering(a=short, b=short, c=short, d=long, e=short, f="mine!", g="what", h=short)
    v2 = answering(a=long, b=long, c=long, d=short, e=short, f="other!", g="other")
    results = evaluate(data, {"v1": v1, "v2": v2})
    found = Pairwise(call=longer).compare(results["v1"], results["v2"], concurrency=2)
    low, high = proportion_confint(3, 4, method="wilson")
    assert found.interval == Interval(approx(low), approx(high))
    assert (found.wins, found.losses, found.ties, found.failed, found.unmatched) == (3, 1, 2, 1, 1)
    assert (found.win_rate, found.p_value, found.flipped, found.first_preferred, found.pairs) == (0.75, 0.625, 1, 1, 6)
    assert [each.row_id for each in found.rows] == ["d", "a", "b", "c", "e", "f", "g"]
    assert all(each.trace_ids[0] != each.trace_ids[1] for each in found.rows)
    assert (found.baseline, found.candidate) == tuple(results[name].run.model_id for name in ("v1", "v2"))
    assert str(found).splitlines()[1:] == [
        "  win rate 75.0% (30.1% to 95.4% at 95%), p = 0.625",
        "  position bias: 1 of 6 verdicts changed with the order, 1 for the one shown first",
        "  not counted: 1 rows failed, 1 rows without an answer of both",
    ]


@pytest.mark.usefixtures("store")
def test_trials() -> None:
    """A row with several trials counts once, for the version that more of them prefer."""
    said = iter(["short", "a long answer", "a long answer"])
    data = [{"row_id": "a", "inputs": {"question": "a"}}]
    v1 = evaluate(data, lambda question: question * 0 + "middle it", model_id="v1", trials=3, concurrency=1)
    v2 = evaluate(data, lambda question: question * 0 + next(said), model_id="v2", trials=3, concurrency=1)
    found = Pairwise(call=longer).compare(v1, v2)
    assert (found.wins, found.losses, found.ties, found.pairs) == (1, 0, 0, 3)


@pytest.mark.usefixtures("store")
def test_cost(server: JudgeServer, client: openai.OpenAI) -> None:
    """What asking came to is told, two calls for a pair; a judge that ties every time leaves no rate."""
    server.answering = lambda _request: judgement("tie")
    data = [{"row_id": name, "inputs": {"question": name}} for name in "ab"]
    results = evaluate(data, {"v1": _same, "v2": lambda question: question.upper()})
    found = Pairwise(model="openai:/gpt-4o-mini", client=client).compare(results["v1"], results["v2"])
    assert (found.spent.calls, found.spent.input_tokens, found.spent.output_tokens) == (4, 4000, 400)
    assert (found.ties, found.win_rate, found.interval, found.p_value) == (2, None, None, None)
    assert len(server.requests) == 4


@pytest.mark.usefixtures("store")
def test_other_rows() -> None:
    """Runs over other rows are not compared, nor with arguments that are none."""
    v1, v2 = (evaluate([{"inputs": {"question": text}}], _same, model_id=text) for text in ("a", "b"))
    judge = Pairwise(call=longer)
    with pytest.raises(InvalidArgumentError, match="over other rows"):
        judge.compare(v1, v2)
    with pytest.raises(InvalidArgumentError, match="between 0 and 1"):
        judge.compare(v1, v1, confidence=95)
    with pytest.raises(InvalidArgumentError, match="at least one pair"):
        judge.compare(v1, v1, concurrency=0)


def _same(question: str) -> str:
    return question
