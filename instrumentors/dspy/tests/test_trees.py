"""What programs leave: whole trees of spans."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import dspy
import pytest
from tests.recordings.trees import assert_tree, outline

from verspan import semconv
from verspan.testing import CapturedSpan, CapturedTelemetry

from .programs import Clerk, Shop, lose_order, run_in_a_loop

SNAPSHOTS = Path(__file__).parent / "snapshots"
TREE = [
    "None > invoke_workflow Shop",
    "invoke_agent Clerk > chat gpt-4o-mini",
    "invoke_agent Clerk > chat gpt-4o-mini",
    "invoke_agent Clerk > chat gpt-4o-mini",
    "invoke_agent Clerk > execute_tool find_order",
    "invoke_agent Clerk > execute_tool finish",
    "invoke_workflow Shop > chat gpt-4o-mini",
    "invoke_workflow Shop > invoke_agent Clerk",
]


def run_sync(program: Any, lm: dspy.LM, **inputs: Any) -> Any:
    """Call a program."""
    with dspy.context(lm=lm):
        return program(**inputs)


def run_async(program: Any, lm: dspy.LM, **inputs: Any) -> Any:
    """Call a program asynchronously."""

    async def run() -> Any:
        with dspy.context(lm=lm):
            return await program.acall(**inputs)

    return run_in_a_loop(run())


@pytest.mark.parametrize("run", [run_sync, run_async])
def test_program(run: Callable[..., Any], alone: CapturedTelemetry, lm: dspy.LM) -> None:
    """A program is a workflow, its agents are inside it, and in these are their tools and the calls of the model."""
    assert run(Shop(), lm, question="4711").answer == "the answer"
    assert outline(alone.spans()) == TREE
    # The prompts, and the limits that DSPy sets for itself, are of each release anew.
    calls = [span for span in alone.spans() if span.name.startswith("chat")]
    assert all("4711" in span.content[semconv.GEN_AI_INPUT_MESSAGES] for span in calls)
    assert all("[[ ## " in span.content[semconv.GEN_AI_OUTPUT_MESSAGES] for span in calls)
    assert_tree(SNAPSHOTS / "program.json", [_same_in_all_releases(span) for span in alone.spans()])
    assert alone.unfinished() == 0


def _same_in_all_releases(span: CapturedSpan) -> CapturedSpan:
    if not span.name.startswith("chat"):
        return span
    own = (semconv.GEN_AI_REQUEST_MAX_TOKENS, semconv.GEN_AI_REQUEST_TEMPERATURE)
    return replace(span, content={}, attributes={k: v for k, v in span.attributes.items() if k not in own})


@pytest.mark.parametrize("run", [run_sync, run_async])
def test_failing_tool(run: Callable[..., Any], alone: CapturedTelemetry, lm: dspy.LM) -> None:
    """A tool that fails is a failed span, though the agent is told and goes on."""
    run(Shop(lose_order), lm, question="4711")
    failed = [span for span in alone.spans() if span.status[0] == "ERROR"]
    assert [(span.name, span.status[1], span.attributes[semconv.ERROR_TYPE]) for span in failed] == [
        ("execute_tool find_order", "KeyError", "KeyError")
    ]
    assert "4711 is lost" in failed[0].content[semconv.EXCEPTION_MESSAGE]


@pytest.mark.parametrize("run", [run_sync, run_async])
def test_failing_model(run: Callable[..., Any], alone: CapturedTelemetry, lm: dspy.LM) -> None:
    """What a model raises is the failure of the call and of the program, each told once."""
    with pytest.raises(Exception, match="the parcel broke the model"):
        run(Shop(), lm, question="break 4711")
    assert {(span.name, span.status[0]) for span in alone.spans()} == {
        ("chat gpt-4o-mini", "ERROR"),
        ("invoke_workflow Shop", "ERROR"),
    }
    assert alone.unfinished() == 0


def test_predictor_alone(alone: CapturedTelemetry, lm: dspy.LM) -> None:
    """A predictor that is called by itself is a workflow, named by its signature where it has a name."""
    run_sync(dspy.Predict(Clerk), lm, question="4711")
    run_sync(dspy.ChainOfThought("question -> answer"), lm, question="4712")
    assert outline(alone.spans()) == [
        "None > invoke_workflow",
        "None > invoke_workflow Clerk",
        "invoke_workflow > chat gpt-4o-mini",
        "invoke_workflow Clerk > chat gpt-4o-mini",
    ]
    assert json.loads(alone.spans()[1].content[semconv.GEN_AI_INPUT_MESSAGES]) == [
        {"role": "user", "parts": [{"type": "text", "content": "4711"}]}
    ]


def test_retriever(alone: CapturedTelemetry) -> None:
    """A search is one span with what was looked for and what was found, whatever it asks in turn."""

    def search(query: str, k: int, **_: Any) -> list[Any]:
        return [dspy.Example(long_text=f"{query} {number}") for number in range(k)]

    with dspy.context(rm=search):
        dspy.Retrieve(k=2)("parcels")
    (span,) = alone.spans()
    assert (span.name, span.kind, span.attributes[semconv.GEN_AI_RETRIEVAL_TOP_K]) == ("retrieval", "CLIENT", 2)
    assert span.content == {
        semconv.GEN_AI_RETRIEVAL_QUERY_TEXT: "parcels",
        semconv.GEN_AI_RETRIEVAL_DOCUMENTS: '[{"content":"parcels 0"},{"content":"parcels 1"}]',
    }


def test_parallel(alone: CapturedTelemetry, lm: dspy.LM) -> None:
    """Programs that DSPy runs in threads are in what runs them."""

    class Desk(dspy.Module):  # type: ignore[misc]  # DSPy is not where types are checked
        def forward(self, question: str) -> Any:
            pairs = [(dspy.Predict(Clerk), {"question": f"{question}{number}"}) for number in range(3)]
            return dspy.Parallel(num_threads=3, disable_progress_bar=True)(pairs)

    run_sync(Desk(), lm, question="47")
    assert outline(alone.spans()) == ["None > invoke_workflow Desk", *["invoke_workflow Desk > chat gpt-4o-mini"] * 3]
