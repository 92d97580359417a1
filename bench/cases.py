"""The calls that are measured. One more is a line in a client's own module; one more client is a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

_CLIENTS = ("openai_cases", "anthropic_cases")
"""Modules whose ``cases()`` gives what is measured of a client; one whose client is not installed is left out."""


@dataclass(frozen=True)
class Case:
    """Something that an application does."""

    name: str
    call: Callable[[], Any]
    asked: Any
    """What is said in it, for the floor to write down."""
    repetitions: int = 1
    """How often it is done in a block, so that blocks take turns many times a second and meet the same noise."""
    calls: int = 1
    """How many calls it is."""
    said: Callable[[Any], str] | None = None
    """What was answered, from what it gives, where the floor has to put that together."""


def all_cases() -> Iterator[Case]:
    """The cases of every client that is installed."""
    for name in _CLIENTS:
        try:
            module = import_module(name)
        except ModuleNotFoundError:
            continue
        yield from module.cases()
