"""What a scorer is to whoever runs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from verspan.assessments.model import Feedback
from verspan.evaluation.model import Goal, ScorerRecord
from verspan.traces.model import Trace


@dataclass(frozen=True)
class Answer:
    """What is to be scored: a row and what was answered."""

    inputs: Mapping[str, Any]
    outputs: Any
    expectations: Mapping[str, Any] = field(default_factory=dict)
    trace: Trace | None = None
    """How it came about; None where no trace was made, or none is wanted (:attr:`Scorer.wants_trace`)."""


class Scorer(Protocol):
    """Judges answers. It may be called from several threads at a time."""

    @property
    def name(self) -> str:
        """What it judges, under which its scores are kept where they have no name of their own."""
        ...

    @property
    def goal(self) -> Goal:
        """Which way its scores are better."""
        ...

    @property
    def wants_trace(self) -> bool:
        """Whether it looks at the trace, which has to be read from the store first."""
        ...

    @property
    def record(self) -> ScorerRecord:
        """It, as a run writes it down."""
        ...

    def score(self, answer: Answer) -> Sequence[Feedback]:
        """Judge one answer.

        Returns:
            One feedback or several, with the names under which they are kept. None at all where there is nothing to
            judge, such as an answer that nothing is expected of: that is neither a score nor a failure.

        Raises:
            Exception: whatever the scorer raises; whoever runs it makes a failed feedback of it.
        """
        ...

    async def score_async(self, answer: Answer) -> Sequence[Feedback]:
        """The same for a scorer that is a coroutine function; any other is run as it is.

        An evaluation waits in its own event loop for a scorer that has an attribute ``is_asynchronous`` which is true,
        and asks any other in a thread.
        """
        ...
