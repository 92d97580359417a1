"""How an application asks the Groq client for what an interaction asked."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import groq
from tests.recordings.interactions import Interaction, cases, recorded
from tests.recordings.replay import Mount
from tests.recordings.stainless import Question, Ways

TESTS = Path(__file__).parent
_BASE = "/openai/v1"
_METHODS = {
    "POST /chat/completions": ("chat.completions", "create"),
    "POST /embeddings": ("embeddings", "create"),
    "POST /audio/speech": ("audio.speech", "create"),
    "POST /audio/transcriptions": ("audio.transcriptions", "create"),
    "POST /audio/translations": ("audio.translations", "create"),
    "GET /models": ("models", "list"),
    "POST /batches": ("batches", "create"),
    "POST /batches/batch_1/cancel": ("batches", "cancel"),
}
"""By method and endpoint."""


def interactions() -> list[Interaction]:
    """Our own cases, and the recordings where they are there."""
    found = [*corpus("chat").values(), *corpus("others").values()]
    with groq.Groq(api_key="test-key") as client:
        able = [one for one in found if _resource(client, one) is not None]
    real = recorded(Interaction, lambda url: "//api.groq.com/" in url)
    # The oldest client gives an error in a stream as a chunk, which its span tells in another way.
    return [*able, *(one for one in real if groq.__version__ != "0.9.0" or b"event: error" not in one.body)]


def corpus(kind: str) -> dict[str, Interaction]:
    """Our own cases of a kind by their names."""
    url = f"https://api.groq.com{_BASE}/chat/completions"
    return {one.key: one for one in cases(Interaction, TESTS / "corpus" / f"{kind}.json", url)}


def client_for(interaction: Interaction, mount: Mount, *, asynchronous: bool = False) -> Any:
    """A client that makes the interaction's request at the server."""
    del interaction
    build: Any = groq.AsyncGroq if asynchronous else groq.Groq
    return build(base_url=mount.url, api_key="test-key", max_retries=0)


def question(client: Any, interaction: Interaction) -> Question:
    """What asks for an interaction; what this version of the client has no argument for goes into ``extra_body``."""
    place, method = _METHODS[_endpoint(interaction)]
    resource = _resource(client, interaction)
    asked = dict(interaction.request)
    if method == "cancel":
        asked["batch_id"] = "batch_1"
    elif place in {"audio.transcriptions", "audio.translations"}:
        asked["file"] = ("speech.wav", b"RIFF")
    parameters = inspect.signature(getattr(resource, method)).parameters
    known = {name: value for name, value in asked.items() if name in parameters}
    unknown = {name: value for name, value in asked.items() if name not in parameters}
    return Question(resource, method, {**known, "extra_body": unknown} if unknown else known)


WAYS = Ways(groq, client_for, question).all


def _endpoint(interaction: Interaction) -> str:
    return f"{interaction.method} {interaction.path.removeprefix(_BASE)}"


def _resource(client: Any, interaction: Interaction) -> Any:
    """What of a client asks for an interaction; None where this version has nothing."""
    for name in _METHODS[_endpoint(interaction)][0].split("."):
        client = getattr(client, name, None)
    return client
