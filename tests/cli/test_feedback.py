"""`verspan feedback`, and what `verspan trace` shows of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from verspan.assessments.model import AssessmentError, Feedback
from verspan.store.interface import Store

Run = Callable[..., Result]
ANSWER = "5b8aa5a2d2c872e8321cf37308d69df2"


@pytest.fixture(autouse=True)
def ada(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever judges is ada."""
    monkeypatch.setenv("VERSPAN_ACTOR", "ada")


def listed(run: Run) -> list[dict[str, Any]]:
    """What `verspan feedback --json` has of the trace."""
    found: list[dict[str, Any]] = json.loads(run("feedback", ANSWER, "--json").stdout)["assessments"]
    return found


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize(
    ("typed", "value"),
    [("true", True), ("0.5", 0.5), ("calm", "calm"), ('["a"]', ["a"]), ('"7"', "7"), ("{", "{")],
)
def test_given(run: Run, typed: str, value: object) -> None:
    """A value is what JSON makes of it, or else a text, given by the person who types."""
    result = run("feedback", "5b8aa5a2", "tone", typed, "--rationale", "because")
    shown = value if isinstance(value, str) else typed
    assert (result.stdout, result.exit_code) == (f"tone is {shown} by ada\n", 0)
    (found,) = listed(run)
    assert (found["value"], found["rationale"], found["source"]) == (
        value,
        "because",
        {"source_type": "HUMAN", "source_id": "ada"},
    )


@pytest.mark.usefixtures("recorded")
def test_corrected(run: Run) -> None:
    """The same person corrects what they said, somebody else does not, and an expectation is another thing."""
    run("feedback", ANSWER, "helpful", "true")
    run("feedback", ANSWER, "helpful", "true", "--as", "ann")
    expected = run("feedback", ANSWER, "helpful", "a link", "--expectation")
    corrected = run("feedback", ANSWER, "helpful", "false")
    assert expected.stdout == "helpful should be a link by ada\n"
    assert corrected.stdout == "helpful is false by ada, which corrects what was said before\n"
    rows = [(each["value"], each["source"]["source_id"], each["valid"]) for each in listed(run)]
    assert rows == [(True, "ada", False), (True, "ann", True), ("a link", "ada", True), (False, "ada", True)]


def test_listed(run: Run, recorded: Store) -> None:
    """The list shows what is valid, what was overridden or withdrawn, and why there is no judgement."""
    assert run("feedback", ANSWER).stderr == "nothing was found of this trace yet: verspan feedback TRACE NAME VALUE\n"
    error = AssessmentError("Timeout", "30 s")
    failed = Feedback("tone", error=error, trace_id=ANSWER, create_time_ms=1)
    recorded.assessments.add([failed])
    (told,) = recorded.assessments.add([Feedback("score", 0.5, trace_id=ANSWER, create_time_ms=2)])
    recorded.assessments.withdraw(str(told.assessment_id))
    run("feedback", ANSWER, "helpful", "true")
    run("feedback", ANSWER, "helpful", "false", "--rationale", "late")
    lines = [line.split("  ") for line in run("feedback", ANSWER).stdout.splitlines()]
    cells = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert cells[0] == ["name", "kind", "value", "by", "source", "when", "rationale", "id"]
    shown = [[cell for cell in row if not cell.startswith(("19", "20", "a-"))] for row in cells[2:]]
    assert shown == [
        ["tone", "feedback", "(Timeout)", "default", "CODE", "30 s"],
        ["score", "feedback", "0.5", "default", "CODE", "withdrawn", "-"],
        ["helpful", "feedback", "true", "ada", "HUMAN", "overridden", "-"],
        ["helpful", "feedback", "false", "ada", "HUMAN", "late"],
    ]


def test_in_a_trace(run: Run, recorded: Store) -> None:
    """A trace shows what is valid between its tree and what was said."""
    recorded.assessments.add([Feedback("tone", "calm\x1b[2J", trace_id=ANSWER, create_time_ms=1)])
    run("feedback", ANSWER, "helpful", "true", "--rationale", "names the order")
    run("feedback", ANSWER, "helpful", "false")
    lines = run("trace", ANSWER).stdout.splitlines()
    (heading,) = [number for number, line in enumerate(lines) if line.startswith("name ") and "rationale" in line]
    assert [line.split()[:3] for line in lines[heading + 2 : heading + 5]] == [
        ["tone", "feedback", "calm␛[2J"],
        ["helpful", "feedback", "false"],
        [],
    ]
    assert lines[heading - 1] == ""
    assert lines[heading - 2].startswith("└─ chat")


@pytest.mark.usefixtures("recorded")
def test_trace_to_come(run: Run) -> None:
    """The whole id of a trace is enough, whether the store has it or not; the beginning of one is not."""
    result = run("feedback", "c" * 32, "helpful", "true")
    assert (result.stdout, result.exit_code) == ("helpful is true by ada\n", 0)
    unknown = run("feedback", "cccc", "helpful", "true")
    assert "no trace has an id that is or begins 'cccc'" in unknown.stderr
    assert unknown.exit_code == 1


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["helpful"], "say the VALUE too: verspan feedback 5b8aa5a2 helpful true"),
        (["helpful", "null"], "null is no value"),
        (["facts", "[]", "--expectation", "--rationale", "x"], "an expectation has no rationale"),
        (["", "true"], "is no name of an assessment"),
    ],
)
def test_wrong_usage(run: Run, typed: list[str], told: str) -> None:
    """What is not usable is refused with the way out, and nothing is kept."""
    result = run("feedback", ANSWER, *typed)
    assert told in result.stderr
    assert result.exit_code == 2
    assert listed(run) == []
