"""What programs leave: whole trees of spans."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dspy
import pytest
from tests.recordings.trees import assert_tree, outline

from verspan.testing import CapturedTelemetry

from .programs import Shop

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

    return asyncio.run(run())


@pytest.mark.parametrize("run", [run_sync, run_async])
def test_program(run: Callable[..., Any], alone: CapturedTelemetry, lm: dspy.LM) -> None:
    """A program is a workflow, its agents are inside it, and in these are their tools and the calls of the model."""
    assert run(Shop(), lm, question="4711").answer == "the answer"
    assert outline(alone.spans()) == TREE
    assert_tree(SNAPSHOTS / f"{run.__name__}.json", alone.spans())
    assert alone.unfinished() == 0
