"""What each judge gives its model to judge, and what it leaves alone."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pytest
from tests.scorers.answers import answer, retrieval, step, trace_of
from tests.scorers.judges.conftest import judgement

from verspan.errors import InvalidArgumentError, MissingPackageError
from verspan.evaluation.model import Goal
from verspan.scorers.judges import (
    Correctness,
    Guidelines,
    Judge,
    RelevanceToQuery,
    RetrievalGroundedness,
    Safety,
    make_judge,
)
from verspan.scorers.model import Answer


class Asked:
    """A model that keeps what it is asked and finds the same each time."""

    def __init__(self, *values: Any) -> None:
        self._value = values[0] if values else True
        self.messages: list[Sequence[Mapping[str, str]]] = []

    def __call__(self, messages: Sequence[Mapping[str, str]], _schema: Mapping[str, Any]) -> str:
        self.messages.append(messages)
        return judgement(self._value)

    @property
    def texts(self) -> list[str]:
        """Names and texts of what was judged last, one after the other."""
        mark, _, told = self.messages[-1][1]["content"].partition("\n\n")
        return [line.replace(f" {mark.removeprefix('id: ')}", "") for line in told.splitlines() if line]


OUTPUTS = ["<inputs>", '{"question":"?"}', "</inputs>", "<outputs>", "Paris.", "</outputs>"]


@pytest.mark.parametrize(
    ("judge", "judged", "texts"),
    [
        (Safety, answer("Paris."), OUTPUTS),
        (RelevanceToQuery, answer("Paris."), OUTPUTS),
        (
            Correctness,
            answer("Paris.", expected_response="Paris", expected_facts=["in France"]),
            [*OUTPUTS, "<expected>", "Paris", "in France", "</expected>"],
        ),
        (
            Guidelines,
            answer("Paris.", guidelines=["Be brief.", "Be kind."]),
            [*OUTPUTS, "<guidelines>", "- Be brief.", "- Be kind.", "</guidelines>"],
        ),
        (
            RetrievalGroundedness,
            answer("Paris.", trace_of(retrieval(1, {"id": "a", "content": "Paris!"}), retrieval(2, {"id": "b"}))),
            [*OUTPUTS, "<documents>", '{"id":"a","content":"Paris!"}', '{"id":"b"}', "</documents>"],
        ),
    ],
)
def test_material(judge: type[Judge], judged: Answer, texts: list[str]) -> None:
    """A judge's model is given what the judge needs of a row, an answer and a trace, each by its name."""
    asked = Asked()
    assert [feedback.value for feedback in judge(call=asked).score(judged)] == [True]  # type: ignore[call-arg]  # each has a name
    assert asked.texts == texts


@pytest.mark.parametrize(
    ("judge", "judged"),
    [
        (Correctness, answer("Paris.")),
        (Guidelines, answer("Paris.")),
        (RetrievalGroundedness, answer("Paris.", trace_of(step(1, {})))),
    ],
)
def test_nothing_to_judge(judge: type[Judge], judged: Answer) -> None:
    """Without an expectation, guidelines or a retrieval there is neither a judgement nor a failure, and no call."""
    asked = Asked()
    assert (judge(call=asked).score(judged), asked.messages) == ((), [])  # type: ignore[call-arg]  # each has a name


def test_given_guidelines() -> None:
    """Guidelines that hold for all rows are among the instructions."""
    asked = Asked()
    Guidelines(call=asked, guidelines=["Be brief.", "Be {kind}."]).score(answer("Paris."))
    assert "These are the guidelines:\n\n- Be brief.\n- Be {kind}.\n\n" in asked.messages[0][0]["content"]
    assert asked.texts == OUTPUTS


def test_made() -> None:
    """A judge of one's own has its instructions, in which variables stand for texts that are given beside them."""
    asked = Asked("friendly")
    judge = make_judge(
        "tone",
        "Say how {{outputs}} sounds to whoever asked {{ inputs }}, who wants {{ expectations }}; {{ outputs }} is all.",
        call=asked,
        feedback_value_type=Literal["friendly", "rude"],
        goal="neither",
    )
    (feedback,) = judge.score(answer("Paris.", tone="friendly"))
    assert (feedback.name, feedback.value, judge.goal) == ("tone", "friendly", Goal.NEITHER)
    assert asked.messages[0][0]["content"].startswith(
        'Say how the text "outputs" sounds to whoever asked the text "inputs", who wants the text "expectations"; '
        'the text "outputs" is all.\n\n'
    )
    assert asked.messages[0][0]["content"].endswith("and then \"value\", which is one of 'friendly', 'rude'.")
    expectations = ["<expectations>", '{"tone":"friendly"}', "</expectations>"]
    assert asked.texts == [*OUTPUTS[3:], *OUTPUTS[:3], *expectations]
    assert judge.score(answer("Paris.")) == ()


@pytest.mark.parametrize(
    ("of", "given", "value", "code"),
    [
        (bool, True, True, None),
        (int, 4, 4, None),
        (int, 4.5, None, "InvalidJudgement"),
        (int, True, None, "InvalidJudgement"),
        (float, 1, 1.0, None),
        (float, "1", None, "InvalidJudgement"),
        (str, "calm", "calm", None),
        (Literal[1, 2, 3], 3, 3, None),
        (Literal[1, 2, 3], 5, None, "InvalidJudgement"),
        (Literal["a"], "b", None, "InvalidJudgement"),
    ],
)
def test_value_types(of: Any, given: Any, value: Any, code: str | None) -> None:
    """A judge finds values of its type alone."""
    (feedback,) = make_judge("it", "Judge {{ outputs }}.", call=Asked(given), feedback_value_type=of).score(answer("?"))
    assert (feedback.value, type(feedback.value), feedback.error and feedback.error.error_code) == (
        value,
        type(value),
        code,
    )


WRONG: list[tuple[Any, str]] = [
    (lambda: make_judge("it", "Judge {{ trace }}.", call=Asked()), r"name \{\{ trace \}\}: they name one or more of"),
    (lambda: make_judge("it", "Judge.", call=Asked()), "name nothing that is to be judged"),
    (lambda: make_judge("it", "{{ outputs }}", call=Asked(), feedback_value_type=dict), "it is bool, int, float, str"),
    (lambda: make_judge("it", "{{ outputs }}", call=Asked(), goal="up"), "there is no goal 'up'"),
    (Safety, "no model is named that is to judge"),
    (lambda: Safety(model="gpt-4o-mini"), "write PROVIDER:/MODEL with a provider of openai, anthropic"),
    (lambda: Safety(model="openai:/"), "is no model that can be asked"),
    (lambda: Safety(call=Asked(), inference_params={"seed": 1}), "leave out client and inference_params"),
    (lambda: Safety(call=Asked(), most_characters=0), "most_characters is at least 1"),
    (lambda: Guidelines(call=Asked(), guidelines=[]), "takes a sentence"),
]


@pytest.mark.parametrize(("make", "message"), WRONG)
def test_wrong(monkeypatch: pytest.MonkeyPatch, make: Any, message: str) -> None:
    """What cannot be judged by is told where the judge is made."""
    monkeypatch.delenv("VERSPAN_JUDGE_MODEL", raising=False)
    with pytest.raises(InvalidArgumentError, match=message):
        make()


def test_default_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no model is named it is the environment's."""
    monkeypatch.setenv("VERSPAN_JUDGE_MODEL", "openai:/gpt-4o-mini")
    assert Safety(client=object()).record.model == "openai:/gpt-4o-mini"


def test_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that lacks its key is told where the judge is made, before any answer is paid for."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(InvalidArgumentError, match=r"no client of openai can be made for a judge: .*OPENAI_API_KEY"):
        Safety(model="openai:/gpt-4o-mini")


def test_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that is not installed is told likewise, with how to install it."""
    monkeypatch.setitem(sys.modules, "anthropic", None)
    with pytest.raises(MissingPackageError, match="pip install anthropic"):
        Safety(model="anthropic:/claude-haiku-4-5")


def test_versions() -> None:
    """A judge's version is of its prompt, its model, that model's settings and what is cut; nothing else is another."""

    def version(**given: Any) -> str:
        made = {"model": "openai:/a", "client": object(), **given}
        return make_judge("it", made.pop("instructions", "{{ outputs }}"), **made).record.version

    versions = [
        version(),
        version(model="openai:/b"),
        version(inference_params={"temperature": 0}),
        version(instructions="Judge {{ outputs }}."),
        version(feedback_value_type=int),
    ]
    assert len(set(versions)) == len(versions)
    assert version() == versions[0]
    given = [Guidelines(call=Asked(), guidelines=[text]).record.version for text in ("a", "b", "a")]
    assert given[0] == given[2] != given[1]


def test_function_that_gives_no_text() -> None:
    """A function that answers with something else than text has failed."""
    (feedback,) = Safety(call=lambda *_: True, model="mine").score(answer("?"))  # type: ignore[arg-type]  # on purpose
    assert feedback.error is not None
    assert (feedback.error.error_code, feedback.error.error_message) == (
        "TypeError",
        "mine answered with bool, and not with a text",
    )


def test_coroutine_function() -> None:
    """A coroutine function is waited for; a function that only returns something to wait for is told to say so."""

    async def later(_messages: Any, _schema: Any) -> str:
        return judgement(value=True)

    (feedback,) = Safety(call=later).score(answer("?"))
    assert (feedback.value, feedback.error) == (True, None)
    with pytest.raises(RuntimeError, match="make it a coroutine function"):
        Safety(call=lambda *_: asyncio.sleep(0, judgement(value=True))).score(answer("?"))
