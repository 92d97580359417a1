"""The decorator that makes a scorer of a function."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, overload

from verspan.errors import InvalidArgumentError
from verspan.evaluation.model import Goal
from verspan.scorers.function_scorer import FunctionScorer


@overload
def scorer(
    function: Callable[..., Any], /, *, name: str | None = None, goal: Goal | str = Goal.HIGHER
) -> FunctionScorer: ...


@overload
def scorer(
    function: None = None, /, *, name: str | None = None, goal: Goal | str = Goal.HIGHER
) -> Callable[[Callable[..., Any]], FunctionScorer]: ...


def scorer(
    function: Callable[..., Any] | None = None, /, *, name: str | None = None, goal: Goal | str = Goal.HIGHER
) -> FunctionScorer | Callable[[Callable[..., Any]], FunctionScorer]:
    """Make a scorer of a function, with or without parentheses.

    The function takes any of ``inputs``, ``outputs``, ``expectations`` and ``trace`` by name, may be a coroutine
    function, and returns a boolean, a number, a category's name, a :class:`~verspan.assessments.model.Feedback`, a list
    of these with names of their own, or None where there is nothing to judge. Whatever it raises is a failed score,
    which is in no mean.

    Args:
        function: the function, or any object that can be called.
        name: under which its scores are kept; the function's where it is None.
        goal: which way its scores are better: ``higher``, ``lower`` or ``neither``.

    Raises:
        InvalidArgumentError: the function takes something else, or has no name and is given none, or there is no such
            goal.
    """
    if function is None:
        return functools.partial(_scorer, name=name, goal=goal)
    return _scorer(function, name=name, goal=goal)


def _scorer(function: Callable[..., Any], /, *, name: str | None, goal: Goal | str) -> FunctionScorer:
    return FunctionScorer(function, name or _name_of(function), _goal(goal))


def _name_of(function: Callable[..., Any]) -> str:
    while isinstance(function, functools.partial):
        function = function.func
    name: str = getattr(function, "__name__", type(function).__name__)
    if name == "<lambda>":
        raise InvalidArgumentError("a lambda has no name: give scorer() one by name=…")
    return name


def _goal(goal: Goal | str) -> Goal:
    try:
        return Goal(goal)
    except ValueError as error:
        names = ", ".join(one.value for one in Goal)
        raise InvalidArgumentError(f"there is no goal {goal!r}; there are {names}") from error
