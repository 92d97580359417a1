"""What the local API server knows: its models, and what the support team of an imaginary shop would say."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Model:
    """A model that the server offers under a real model's name, so that real prices apply."""

    id: str
    snapshot: str
    """The dated name that replies carry."""
    created: int
    """Seconds since the epoch."""
    max_output_tokens: int
    latency_ms: float
    """The least time that a reply takes."""
    reasoning: bool = False


@dataclass(frozen=True)
class TopicTool:
    """The tool that a topic calls for, once for each match of the pattern in the question."""

    name: str
    argument: str
    pattern: str
    sentences: tuple[str, ...]
    """The answer once the tool has answered; names in braces are keys of its JSON."""

    def arguments(self, question: str) -> list[str]:
        """The JSON of the arguments of each call that a question leads to."""
        return [json.dumps({self.argument: found}) for found in re.findall(self.pattern, question)]


@dataclass(frozen=True)
class Topic:
    """Something that customers ask about."""

    name: str
    words: frozenset[str]
    sentences: tuple[str, ...]
    tool: TopicTool | None = None


@dataclass(frozen=True)
class Corpus:
    """The whole of it."""

    models: Mapping[str, Model]
    """By name, and by dated name."""
    openings: tuple[str, ...]
    topics: tuple[Topic, ...]
    """The first is for whatever fits none of the others."""

    def topic_of(self, question: str) -> Topic:
        """The topic whose words occur most in a question; of equals, the one that stands first."""
        words = set(_WORD.findall(question.lower()))
        return max(self.topics, key=lambda topic: len(topic.words & words))


@cache
def load_corpus() -> Corpus:
    """Read the corpus that comes with the package."""
    text = (files(__package__) / "corpus" / "shop.json").read_text(encoding="utf-8")
    data = json.loads(text)
    models = [Model(**model) for model in data["models"]]
    return Corpus(
        models={name: model for model in models for name in (model.id, model.snapshot)},
        openings=tuple(data["openings"]),
        topics=tuple(_topic(topic) for topic in data["topics"]),
    )


def _topic(data: dict[str, Any]) -> Topic:
    tool = data.get("tool")
    return Topic(
        name=data["name"],
        words=frozenset(data["words"]),
        sentences=tuple(data["sentences"]),
        tool=TopicTool(**{**tool, "sentences": tuple(tool["sentences"])}) if tool else None,
    )
