"""What an answer took: time, money, tokens."""

from __future__ import annotations

from dataclasses import dataclass

from verspan.errors import InvalidArgumentError
from verspan.evaluation.model import Goal
from verspan.scorers.built_in import OfTrace
from verspan.scorers.model import Answer


@dataclass(frozen=True, kw_only=True)
class Latency(OfTrace):
    """How long the trace took, in milliseconds, from its first span's start to its last one's end: lower is better."""

    name: str = "latency_ms"
    goal: Goal = Goal.LOWER

    def judge(self, answer: Answer) -> float:
        """The milliseconds."""
        return self.trace_of(answer).summary.duration_ms


@dataclass(frozen=True, kw_only=True)
class Cost(OfTrace):
    """What the model calls of the trace cost, in USD: lower is better.

    Where the price of a call is not known the score fails, since the sum would leave it out.
    """

    name: str = "cost_usd"
    goal: Goal = Goal.LOWER

    def judge(self, answer: Answer) -> float:
        """The cost; 0 without a call.

        Raises:
            InvalidArgumentError: the price of a call is not known.
        """
        summary = self.trace_of(answer).summary
        if summary.unpriced_calls:
            raise InvalidArgumentError(f"{self.name}: no price is known of {summary.unpriced_calls} of the model calls")
        return summary.cost_usd or 0.0


@dataclass(frozen=True, kw_only=True)
class Tokens(OfTrace):
    """The tokens of the trace's model calls, input and output: lower is better."""

    name: str = "tokens"
    goal: Goal = Goal.LOWER

    def judge(self, answer: Answer) -> int:
        """How many."""
        summary = self.trace_of(answer).summary
        return summary.input_tokens + summary.output_tokens
