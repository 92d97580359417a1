"""What a version is by its traces: which models it asks, with which prompts, tools and parameters.

Without git, or where a deployment changes its prompts and keeps its code, this tells one state from the next.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import zip_longest
from types import MappingProxyType


@dataclass(frozen=True)
class SeenCall:
    """One way in which a version calls a model."""

    operation_name: str
    """Such as ``chat``."""
    request_model: str
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    """Of the request, and the registered prompt, by the names of the conventions without ``gen_ai.``."""
    tools: str | None = None
    """SHA-256 of the tool definitions; None without any, or where content is not captured."""
    instructions: str | None = None
    """SHA-256 over the system instructions; likewise."""
    first_seen_ns: int = 0
    """When a call of this kind first began, in nanoseconds since the epoch."""
    last_seen_ns: int = 0
    """When one last began."""

    @property
    def document(self) -> str:
        """All but the times, as canonical JSON."""
        return _canonical(
            {
                "operation_name": self.operation_name,
                "request_model": self.request_model,
                "parameters": dict(self.parameters),
                "tools": self.tools,
                "instructions": self.instructions,
            }
        )

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the document, as 64 hexadecimal digits."""
        return _sha256(self.document)


@dataclass(frozen=True)
class BehaviourState:
    """What a version was by its traces, from one moment until it changed."""

    calls: Sequence[SeenCall]
    """By when they were first seen."""
    first_seen_ns: int
    last_seen_ns: int

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the digests of its calls, sorted."""
        return _sha256(_canonical(sorted(call.digest for call in self.calls)))


def behaviour_states(calls: Iterable[SeenCall]) -> list[BehaviourState]:
    """The states that a version has gone through, the earliest first.

    A state ends where a kind of call is first seen after another was seen for the last time: one has taken the place
    of the other. Kinds that go on side by side, as of an agent that plans with one model and answers with another,
    are one state.
    """
    ordered = sorted(calls, key=lambda call: (call.first_seen_ns, call.digest))
    beginnings: list[int] = []
    for call in ordered:
        since = beginnings[-1] if beginnings else None
        retired = (each for each in ordered if each.last_seen_ns < call.first_seen_ns)
        if since is None or any(each.last_seen_ns >= since for each in retired):
            beginnings.append(call.first_seen_ns)
    return [_state(ordered, begin, end) for begin, end in zip_longest(beginnings, beginnings[1:])]


def _state(calls: Sequence[SeenCall], begin: int, end: int | None) -> BehaviourState:
    alive = [each for each in calls if each.last_seen_ns >= begin and (end is None or each.first_seen_ns < end)]
    last = max(each.last_seen_ns for each in alive)
    return BehaviourState(alive, begin, last if end is None else min(last, end))


def _canonical(document: object) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("ascii")).hexdigest()
