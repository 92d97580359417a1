"""What the local API server knows."""

from __future__ import annotations

from importlib.resources import files

import pytest

from verspan.demo.corpus import load_corpus


def test_labelled() -> None:
    """The corpus says in its first words that it is synthetic and whose it is."""
    text = (files("verspan.demo") / "corpus" / "shop.json").read_text(encoding="utf-8")
    assert text.startswith('{\n  "about": "Synthetic: every line here was written for Verspan.')


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Where is my order A-1042?", "order"),
        ("Can I get my money back?", "returns"),
        ("My pot came BROKEN.", "damage"),
        ("How long does delivery take?", "delivery"),
        ("Sing me a song.", "other"),
        ("", "other"),
    ],
)
def test_topics(question: str, topic: str) -> None:
    """A question belongs to the topic that shares most words with it, and to none in particular where none does."""
    assert load_corpus().topic_of(question).name == topic


def test_models() -> None:
    """A model is known by its name and by its dated name."""
    models = load_corpus().models
    assert models["gpt-4o-mini"] is models["gpt-4o-mini-2024-07-18"]
