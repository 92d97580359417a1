"""What is observed of a version's traffic, wherever its traces are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, Protocol


class ObservedCall(NamedTuple):
    """A call of a model."""

    provider: str | None
    model: str | None
    """The one that answered, else the one that was asked."""
    start_ns: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    """Of the input tokens, those read from a cache."""
    cost_usd: float | None


class ObservedTrace(NamedTuple):
    """A trace of a version, as far as versions are compared by it."""

    trace_id: str
    name: str
    """Of its root span: what was asked for."""
    start_ns: int
    duration_ms: float
    failed: bool
    """Whether its root span says so."""
    session_id: str | None
    user_id: str | None
    calls: Sequence[ObservedCall]
    weight: float = 1.0
    """How many traces it stands for: more than 1 where others were left out by sampling."""

    @property
    def input_tokens(self) -> int:
        """Of all calls, cached ones included."""
        return sum(call.input_tokens for call in self.calls)

    @property
    def output_tokens(self) -> int:
        """Of all calls, reasoning included."""
        return sum(call.output_tokens for call in self.calls)

    @property
    def cost_usd(self) -> float | None:
        """Of all calls; None where the price of one that used tokens is not known."""
        paid = [call.cost_usd for call in self.calls if call.input_tokens or call.output_tokens]
        known = [cost for cost in paid if cost is not None]
        return sum(known) if len(known) == len(paid) else None


@dataclass(frozen=True)
class Window:
    """Which traffic is meant; every field that is set must match."""

    since_ns: int | None = None
    """Traces that started then or later, in nanoseconds since the epoch."""
    until_ns: int | None = None
    """Traces that started before then."""
    environment: str | None = None
    """Traces whose root ran in this ``deployment.environment.name``."""


class ClusterBy(str, Enum):
    """What traces that may depend on one another have in common."""

    SESSION = "session"
    USER = "user"
    NOTHING = "nothing"


class TraceObservations(Protocol):
    """What a store gives of traffic."""

    def observed(self, model_id: str, window: Window) -> Iterator[ObservedTrace]:
        """The traces of a version whose root is kept, oldest first; those of evaluations are no traffic."""
        ...
