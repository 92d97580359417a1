"""Calls of tools against the expected ones."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.scorers.answers import answer, step, tool_run, trace_of

from verspan.errors import InvalidArgumentError
from verspan.scorers import ToolCalls
from verspan.scorers.steps import ToolCall, tool_calls

RUN = trace_of(
    tool_run(1, "search", {"q": "shoes"}), tool_run(2, "search", {"q": "boots"}), tool_run(3, "refund", {"order": 1})
)


def judged(expected: Any, scorer: ToolCalls, trace: Any = RUN) -> tuple[Any, str | None]:
    """The score and its rationale."""
    (only,) = scorer.score(answer(trace=trace, tool_calls=expected))
    return only.value, only.rationale


@pytest.mark.parametrize(
    ("expected", "options", "score", "rationale"),
    [
        (["search", "search", "refund"], {}, 1.0, None),
        (["search", "refund"], {}, 0.8, "not expected: search"),
        (["refund", "search"], {}, 0.4, "missing: refund; not expected: search, refund"),
        (["refund", "search", "search"], {"in_order": False}, 1.0, None),
        ([{"name": "search", "arguments": {"q": "boots"}}], {}, 0.5, "not expected: search, refund"),
        (
            [{"name": "search", "arguments": {"q": "hats"}}],
            {},
            0.0,
            "missing: search; not expected: search, search, refund",
        ),
        (
            [{"name": "search", "arguments": {"q": "hats"}}],
            {"arguments": False},
            0.5,
            "not expected: search, refund",
        ),
        (["search", {"name": "search", "arguments": {"q": "shoes"}}], {"in_order": False}, 0.8, "not expected: refund"),
        ([], {}, 0.0, "not expected: search, search, refund"),
    ],
)
def test_score(expected: Any, options: dict[str, Any], score: float, rationale: str | None) -> None:
    """The score is F1 over the calls that match, in order or not, with their arguments or not."""
    found = judged(expected, ToolCalls(**options))
    assert found == (pytest.approx(score), rationale)


def test_best_order() -> None:
    """The order that counts is the longest in common, wherever it begins."""
    made = trace_of(*(tool_run(number, name) for number, name in enumerate("xabcab")))
    assert judged(list("abab"), ToolCalls(), made) == (0.8, "not expected: x, c")


def test_nothing() -> None:
    """No call where none is expected is right, no expectation is nothing to judge, and no trace is a failure."""
    assert judged([], ToolCalls(), trace_of()) == (1.0, None)
    assert judged(["search"], ToolCalls(), trace_of()) == (0.0, "missing: search")
    assert list(ToolCalls().score(answer(trace=RUN))) == []
    with pytest.raises(InvalidArgumentError, match="tool_calls reads the trace of an answer, and there is none"):
        judged([], ToolCalls(), None)


@pytest.mark.parametrize("expected", ["search", {"name": "search"}, [1], [{"arguments": {}}]])
def test_expectation_at_fault(expected: Any) -> None:
    """An expectation that is no list of calls is a failure."""
    with pytest.raises(InvalidArgumentError, match="expected tool call"):
        judged(expected, ToolCalls())


def test_told_twice() -> None:
    """A tool that two instrumentors tell of, one span inside the other, ran once; others inside it ran too."""
    trace = trace_of(
        tool_run(1, "agent", {"task": "all"}),
        step(2, {}, 1),
        tool_run(3, "agent", {"task": "all"}, parent=2),
        tool_run(4, "agent", parent=3),
        tool_run(5, "search", parent=4),
        tool_run(6, "agent", {"task": "half"}, parent=3),
    )
    assert tool_calls(trace) == [
        ToolCall("agent", {"task": "all"}),
        ToolCall("search"),
        ToolCall("agent", {"task": "half"}),
    ]


def test_asked_for() -> None:
    """Where no tool ran under a span, what models asked for counts, with arguments as JSON text or not."""
    parts = [
        {"type": "text", "content": "Let me see."},
        {"type": "tool_call", "id": "1", "name": "search", "arguments": {"q": "shoes"}},
        {"type": "tool_call", "id": "2", "name": "refund", "arguments": '{"order":1}'},
        {"type": "tool_call", "id": "3", "name": "odd", "arguments": "not JSON"},
    ]
    messages = json.dumps([{"role": "assistant", "parts": parts}])
    trace = trace_of(
        step(1, {"gen_ai.operation.name": "invoke_agent", "gen_ai.output.messages": messages}),
        step(2, {"gen_ai.operation.name": "chat", "gen_ai.output.messages": messages}, 1),
        step(3, {"gen_ai.operation.name": "chat"}, 1),
    )
    assert tool_calls(trace) == [
        ToolCall("search", {"q": "shoes"}),
        ToolCall("refund", {"order": 1}),
        ToolCall("odd", "not JSON"),
    ]
