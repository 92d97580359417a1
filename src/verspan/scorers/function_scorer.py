"""A scorer that is a function."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from verspan.assessments.model import Feedback
from verspan.errors import InvalidArgumentError
from verspan.evaluation.model import Goal, ScorerRecord
from verspan.scorers.identity import version_of
from verspan.scorers.model import Answer
from verspan.scorers.outcomes import feedback_of

_WANTED = ("inputs", "outputs", "expectations", "trace")


@dataclass(frozen=True)
class FunctionScorer:
    """A function as a :class:`~verspan.scorers.model.Scorer`; it can still be called as the function that it is."""

    function: Callable[..., Any]
    name: str
    goal: Goal = Goal.HIGHER

    def __post_init__(self) -> None:
        _ = self.arguments  # a wrong signature is told where the scorer is made, not at the first answer

    @cached_property
    def arguments(self) -> Sequence[str]:
        """Those of ``inputs``, ``outputs``, ``expectations`` and ``trace`` that the function takes."""
        return _arguments(self.function, self.name)

    @property
    def wants_trace(self) -> bool:
        """Whether the function takes the trace."""
        return "trace" in self.arguments

    @cached_property
    def is_asynchronous(self) -> bool:
        """Whether the function is a coroutine function, or an object that is called as one."""
        call = getattr(self.function, "__call__", None)  # noqa: B004 - of an object, the kind is that of its method
        return inspect.iscoroutinefunction(self.function) or inspect.iscoroutinefunction(call)

    @cached_property
    def record(self) -> ScorerRecord:
        """It, as a run writes it down."""
        return ScorerRecord(self.name, version_of(self.function), self.goal)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The function's own result."""
        return self.function(*args, **kwargs)

    def score(self, answer: Answer) -> Sequence[Feedback]:
        """Judge one answer; a coroutine function runs in an event loop of its own.

        Raises:
            InvalidArgumentError: the function gave what is no score, or is a coroutine function and an event loop runs
                in this thread already.
            Exception: whatever the function raises.
        """
        outcome = self._outcome(answer)
        return feedback_of(_awaited(outcome, self.name) if inspect.isawaitable(outcome) else outcome, self.record)

    async def score_async(self, answer: Answer) -> Sequence[Feedback]:
        """The same, in the event loop that runs."""
        outcome = self._outcome(answer)
        return feedback_of(await outcome if inspect.isawaitable(outcome) else outcome, self.record)

    def _outcome(self, answer: Answer) -> Any:
        return self.function(**{name: getattr(answer, name) for name in self.arguments})


def _awaited(outcome: Awaitable[Any], name: str) -> Any:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(_waiting_for(outcome))
    if inspect.iscoroutine(outcome):
        outcome.close()
    raise InvalidArgumentError(f"scorer {name!r} is a coroutine function: await score_async() inside an event loop")


async def _waiting_for(outcome: Awaitable[Any]) -> Any:
    return await outcome


def _arguments(function: Callable[..., Any], name: str) -> tuple[str, ...]:
    parameters = _parameters(function, name)
    taken = tuple(parameter for parameter in _WANTED if parameter in parameters)
    unusable = [str(one) for one in parameters.values() if one.name not in taken and one.default is one.empty]
    by_position = [one.name for one in parameters.values() if one.kind is one.POSITIONAL_ONLY]
    if unusable or by_position or not taken:
        hint = "; wrap functions by functools.wraps, which keeps their signature" if "*args" in unusable else ""
        raise InvalidArgumentError(
            f"scorer {name!r} takes {_listed([str(one) for one in parameters.values()])}; it has to take any of "
            f"{_listed(_WANTED)} by name, and anything else only with a default{hint}"
        )
    return taken


def _parameters(function: Callable[..., Any], name: str) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(f"scorer {name!r} has no signature that could be read: {error}") from error


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words) or "nothing"
