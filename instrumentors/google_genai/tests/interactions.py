"""The recorded and the synthetic calls of the Google Gen AI client."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from tests.recordings.interactions import Interaction as AnyInteraction
from tests.recordings.interactions import cases, parameters, recorded

TESTS = Path(__file__).parent
_API = "https://generativelanguage.googleapis.com/v1beta"
_FILES = {
    "generate_content": f"{_API}/models/gemini-3-flash:generateContent",
    "interactions": f"{_API}/interactions",
    "others": f"{_API}/files",
}
_DONE = b"data: [DONE]\n\n"
_NATIVE = re.compile(r"generativelanguage\.googleapis\.com/v1beta/(?!openai)")


@dataclass(frozen=True)
class Interaction(AnyInteraction):
    """One request and its answer, at an address of Google's shape."""

    @property
    def is_vertex(self) -> bool:
        """Whether Vertex AI was asked."""
        return "aiplatform" in self.url

    @property
    def resource(self) -> str:
        """The path without the version of the API and, on Vertex AI, without the project."""
        return re.sub(r"^/v1\w*/(projects/[^/]+/locations/[^/]+/)?", "", self.path)

    @property
    def is_interaction(self) -> bool:
        """Whether it is of the API's ``interactions``, which older clients do not have."""
        return self.resource.startswith("interactions")

    @property
    def model(self) -> str:
        """The model that the path names."""
        return self.resource.rpartition(":")[0].rpartition("/")[2]


def everything() -> list[Interaction]:
    """Our own cases and the recordings."""
    return [*corpus(), *_recorded()]


def corpus() -> list[Interaction]:
    """The cases of our own corpus, all of them synthetic."""
    found = [one for name, url in _FILES.items() for one in cases(Interaction, TESTS / "corpus" / f"{name}.json", url)]
    # Nothing closes a stream of content but its end.
    return [one if one.is_interaction else replace(one, body=one.body.removesuffix(_DONE)) for one in found]


def case(key: str) -> Interaction:
    """A case of our own corpus by its name."""
    return next(found for found in corpus() if found.key == key)


def every() -> list[Any]:
    """Our own cases and the recordings, as parameters of a test."""
    return parameters(everything())


@cache
def _recorded() -> tuple[Interaction, ...]:
    return tuple(recorded(Interaction, lambda url: bool(_NATIVE.search(url))))
