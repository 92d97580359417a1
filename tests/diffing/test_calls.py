"""How versions call models, as their traces show."""

from __future__ import annotations

from verspan.diffing.calls import call_facts
from verspan.versions.behaviour import SeenCall


def test_facts() -> None:
    """Each fact has all of its values, in order; tools and instructions stand by their digests."""
    calls = [
        SeenCall("chat", "gpt-4o-mini", {"temperature": "0.7"}, tools="a" * 64, instructions="b" * 64),
        SeenCall("chat", "gpt-4o-mini", {"temperature": "0.2"}),
        SeenCall("embeddings", "text-embedding-3-small"),
    ]
    assert call_facts(calls) == {
        "instructions": "b" * 12,
        "model": "gpt-4o-mini (chat), text-embedding-3-small (embeddings)",
        "temperature": "0.2, 0.7",
        "tools": "a" * 12,
    }


def test_no_calls() -> None:
    """A version that was never called has nothing to compare."""
    assert call_facts([]) is None


def test_very_many() -> None:
    """Of instructions that change with every call some are named and the others counted."""
    facts = call_facts([SeenCall("chat", "m", instructions=f"{number:064}"[::-1]) for number in range(30)])
    assert facts
    assert facts["instructions"].endswith(", … 20 more")
