"""How an application asks the Anthropic client for what an interaction asked."""

from __future__ import annotations

import inspect
from functools import cache
from pathlib import Path
from typing import Any

import anthropic
from tests.recordings.interactions import Interaction, cases, recorded
from tests.recordings.replay import Mount
from tests.recordings.stainless import Question, Ways

TESTS = Path(__file__).parent
_KINDS = {"messages": "messages", "completions": "complete", "others": "messages"}
"""By our own corpus's files, where a case of it is sent that does not say so itself."""
_METHODS = {
    "POST /v1/messages": ("messages", "create"),
    "POST /v1/messages?beta=true": ("beta.messages", "create"),
    "POST /v1/complete": ("completions", "create"),
    "POST /v1/messages/count_tokens": ("messages", "count_tokens"),
    "POST /v1/messages/count_tokens?beta=true": ("beta.messages", "count_tokens"),
    "POST /v1/messages/batches": ("messages.batches", "create"),
    "POST /v1/messages/batches/msgbatch_1/cancel": ("messages.batches", "cancel"),
    "GET /v1/messages/batches": ("messages.batches", "list"),
    "GET /v1/models": ("models", "list"),
    "GET /v1/models/claude-0": ("models", "retrieve"),
    "POST /v1/agents?beta=true": ("beta.agents", "create"),
    "POST /v1/sessions?beta=true": ("beta.sessions", "create"),
}
"""By method and endpoint."""
_OF_ONE = {"cancel": "msgbatch_1", "retrieve": "claude-0"}


@cache
def corpus(kind: str) -> dict[str, Interaction]:
    """Our own cases of a kind by their names."""
    file = TESTS / "corpus" / f"{kind}.json"
    return {one.key: one for one in cases(Interaction, file, f"https://api.anthropic.com/v1/{_KINDS[kind]}")}


def interactions() -> list[Interaction]:
    """Our own cases, as far as this version of the client can ask for them, and the recordings where they are there."""
    own = [one for kind in _KINDS for one in corpus(kind).values()]
    with anthropic.Anthropic(api_key="test-key") as client:
        able = [one for one in own if _resource(client, one) is not None]
    return [*able, *recorded(Interaction, lambda url: "//api.anthropic.com/" in url)]


def client_for(interaction: Interaction, mount: Mount, *, asynchronous: bool = False) -> Any:
    """A client that makes the interaction's request at the server."""
    del interaction
    build: Any = anthropic.AsyncAnthropic if asynchronous else anthropic.Anthropic
    return build(base_url=mount.url, api_key="test-key", max_retries=0)


def question(client: Any, interaction: Interaction) -> Question:
    """What asks for an interaction; what this version of the client has no argument for goes into ``extra_body``."""
    method = _METHODS[_endpoint(interaction)][1]
    resource = _resource(client, interaction)
    asked = dict(interaction.request)
    parameters = inspect.signature(getattr(resource, method)).parameters
    if method in _OF_ONE:
        asked = {next(iter(parameters)): _OF_ONE[method]}
    known = {name: value for name, value in asked.items() if name in parameters}
    unknown = {name: value for name, value in asked.items() if name not in parameters}
    return Question(resource, method, {**known, "extra_body": unknown} if unknown else known)


WAYS = Ways(anthropic, client_for, question).all


def _endpoint(interaction: Interaction) -> str:
    beta = "?beta=true" if "beta" in interaction.query else ""
    return f"{interaction.method} {interaction.path}{beta}"


def _resource(client: Any, interaction: Interaction) -> Any:
    """What of a client asks for an interaction; None where this version has nothing."""
    for name in _METHODS.get(_endpoint(interaction), ("unheard_of", ""))[0].split("."):
        client = getattr(client, name, None)
    return client
