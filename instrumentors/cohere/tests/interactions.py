"""The recorded and the synthetic calls of the Cohere client."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.recordings.interactions import Interaction as AnyInteraction
from tests.recordings.interactions import cases, parameters, recorded

TESTS = Path(__file__).parent
_API = "https://api.cohere.com"
_FILES = {"chat": f"{_API}/v2/chat", "older": f"{_API}/v1/chat", "others": f"{_API}/v2/embed"}


@dataclass(frozen=True)
class Interaction(AnyInteraction):
    """One request and its answer."""

    @property
    def endpoint(self) -> str:
        """The method and the path."""
        return f"{self.method} {self.path}"


def everything() -> list[Interaction]:
    """Our own cases and the recordings."""
    return [*corpus(), *_recorded()]


def corpus() -> list[Interaction]:
    """The cases of our own corpus, all of them synthetic."""
    return [one for name, url in _FILES.items() for one in cases(Interaction, TESTS / "corpus" / f"{name}.json", url)]


def case(key: str) -> Interaction:
    """A case of our own corpus by its name."""
    return next(found for found in corpus() if found.key == key)


def every() -> list[Any]:
    """Our own cases and the recordings, as parameters of a test."""
    return parameters(everything())


@cache
def _recorded() -> tuple[Interaction, ...]:
    return tuple(recorded(Interaction, lambda url: url.startswith(f"{_API}/")))
