"""The README shows the trees that runs leave."""

from __future__ import annotations

from pathlib import Path

from llama_index.llms.openai import OpenAI
from tests.readme import blocks
from tests.recordings.replay import Mount

from verspan.testing import CapturedSpan, CapturedTelemetry

from .agents import ITS_OWN_WARNINGS, agent_of, index_at, run

pytestmark = ITS_OWN_WARNINGS
README = Path(__file__).parents[1] / "README.md"


def shown(number: int) -> set[tuple[str, str]]:
    """The names and scopes of one of the trees that it shows."""
    block = blocks("text", path=README)[number]
    lines = (line.lstrip("│├└─ ").rsplit(maxsplit=1) for line in block.text.splitlines())
    return {(name.strip(), scope) for name, scope in lines}


def left(spans: list[CapturedSpan]) -> set[tuple[str, str]]:
    """Those that a run left."""
    return {(span.name, span.scope) for span in spans}


def test_agent(captured: CapturedTelemetry, model: OpenAI) -> None:
    """An agent's tree is the one that is shown."""
    run(agent_of(model))
    assert left(captured.spans()) == shown(0)


def test_query(mount: Mount, captured: CapturedTelemetry, model: OpenAI) -> None:
    """A query's, too; the index has been built before."""
    index = index_at(mount.url)
    built = len(captured.spans())
    index.as_query_engine(llm=model).query("Where?")
    assert left(captured.spans()[built:]) == shown(1)
