"""The version of a scorer follows what it is made of."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import verspan
from verspan.scorers.identity import version_of


def short(outputs: str, most: int = 3) -> bool:
    return len(outputs) < most


def wrapped(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return call


def closed_over(most: Any) -> Callable[..., Any]:
    return lambda outputs: len(outputs) < most


def without_source(text: str) -> Any:
    made: dict[str, Any] = {}
    exec(text, made)  # noqa: S102 - the one way to a function without source
    return made["judged"]


class Strict:
    def __init__(self, least: int) -> None:
        self.least = least

    def __call__(self, outputs: str) -> bool:
        return len(outputs) >= self.least


def test_same_function() -> None:
    """A function has one version, however often it is asked and whatever is wrapped around it."""
    assert version_of(short) == version_of(short) == version_of(wrapped(wrapped(short)))
    assert version_of(short) != version_of(wrapped)


def test_options() -> None:
    """A partial's arguments, a closure's plain values and an object's state count; what has no stable form does not."""
    assert version_of(functools.partial(short, most=2)) != version_of(short)
    assert version_of(functools.partial(short, most=2)) == version_of(functools.partial(wrapped(short), most=2))
    assert version_of(closed_over(1)) != version_of(closed_over(2))
    assert version_of(closed_over(object())) == version_of(closed_over(object()))
    assert version_of(Strict(1)) != version_of(Strict(2))
    assert version_of(Strict(1)) == version_of(Strict(1)) != version_of(Strict)


def test_no_source() -> None:
    """Without source the bytecode, constants and names tell functions and classes apart."""
    texts = [
        "def judged(outputs): return len(outputs) > 1",
        "def judged(outputs): return len(outputs) > 2",
        "def judged(outputs): return sum(outputs) > 1",
        "def judged(outputs): return [one for one in outputs if one > 3]",
        "class judged:\n  def __call__(self, outputs): return 1",
        "class judged:\n  def __call__(self, outputs): return 2",
    ]
    versions = [version_of(without_source(text)) for text in texts]
    assert len(set(versions)) == len(texts)
    assert versions == [version_of(without_source(text)) for text in texts]


def test_built_in() -> None:
    """A scorer that comes with Verspan has another version with other options."""
    exact = verspan.scorers.ExactMatch
    assert exact().record == exact().record
    assert exact().record.version != exact(ignore_case=True).record.version
    assert exact().record.version != verspan.scorers.FuzzyMatch(name="exact_match").record.version
