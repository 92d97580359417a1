"""The recorded and the synthetic calls of the OpenAI client, and of compatible hosts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.recordings.interactions import Interaction as AnyInteraction
from tests.recordings.interactions import cases, parameters, recorded

TESTS = Path(__file__).parent
CORPUS = TESTS / "corpus"
CHAT = "/chat/completions"
KINDS = {
    "chat": re.compile(f"{CHAT}$"),
    "responses": re.compile("/responses(/|$)"),
    "embeddings": re.compile("/embeddings$"),
    "completions": re.compile("/completions$"),
    "media": re.compile("/images/|/audio/"),
    "others": re.compile(""),
}
"""By the kind of a call, its path, of which the first that fits counts; each kind has a file of our own corpus."""
_OTHER_CLIENTS = re.compile(  # of the cassettes' requests
    "anthropic|googleapis.com/(?!v1beta/openai)|amazonaws|cohere|/api/chat$|huggingface.co/api/"
)


@dataclass(frozen=True)
class Interaction(AnyInteraction):
    """One request and its answer, at an address of OpenAI's shape."""

    @property
    def base_path(self) -> str:
        """The path of the client's ``base_url``; what follows it is the endpoint's."""
        if self.path.endswith(CHAT):
            return self.path.removesuffix(CHAT)
        found = re.match(r"/openai/deployments/[^/]+|.*/v\d\w*(/openai)?(?=/)|/openai(?=/)|", self.path)
        return found[0] if found else ""

    @property
    def endpoint(self) -> str:
        """The endpoint's own path."""
        return self.path.removeprefix(self.base_path)

    @property
    def is_azure(self) -> bool:
        """Whether the request went to Azure OpenAI by its own client."""
        return "api-version" in self.query

    @property
    def api_version(self) -> str:
        """Azure's version of the API, out of the query."""
        return self.query["api-version"]


def recordings(kind: str) -> list[Interaction]:
    """Every recorded call of a kind, of whichever host; none where the recordings are missing.

    Args:
        kind: one of :data:`KINDS`.
    """
    return [found for found in _recorded() if _kind_of(found.path) == kind]


def corpus(kind: str) -> list[Interaction]:
    """The cases of our own corpus, all of them synthetic.

    Args:
        kind: the name of the file without its suffix.
    """
    path = "chat/completions" if kind == "chat" else kind
    return cases(Interaction, CORPUS / f"{kind}.json", f"https://api.openai.com/v1/{path}")


def everything() -> list[Interaction]:
    """Our own cases and the recordings, of every kind."""
    return [found for kind in KINDS for found in [*corpus(kind), *recordings(kind)]]


def every(kind: str) -> list[Any]:
    """Our own cases and the recordings, as parameters of a test.

    Args:
        kind: one of :data:`KINDS`.
    """
    return parameters([*corpus(kind), *recordings(kind)])


def _kind_of(path: str) -> str:
    return next(kind for kind, pattern in KINDS.items() if pattern.search(path))


@cache
def _recorded() -> tuple[Interaction, ...]:
    return tuple(recorded(Interaction, lambda url: not _OTHER_CLIENTS.search(url)))
