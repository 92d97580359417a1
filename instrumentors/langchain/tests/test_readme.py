"""The README shows the tree that a run leaves."""

from __future__ import annotations

from pathlib import Path

from langchain_openai import ChatOpenAI
from tests.readme import blocks

from verspan.testing import CapturedTelemetry

from .asking import agent_of, given, invoke

README = Path(__file__).parents[1] / "README.md"


def test_tree(captured: CapturedTelemetry, model: ChatOpenAI) -> None:
    """Names, order and scopes of the spans are those of a run."""
    (shown,) = blocks("text", path=README)
    lines = [line.lstrip("├└─ ").rsplit(maxsplit=1) for line in shown.text.splitlines()]
    invoke(agent_of(model), given())
    *children, agent = captured.spans()
    assert [(name.strip(), scope) for name, scope in lines] == [(span.name, span.scope) for span in [agent, *children]]
    assert {span.parent for span in children} == {agent.name}
