"""How an application asks the Ollama client for what an interaction asked, and all that it sees of the answer."""

from __future__ import annotations

import asyncio
import inspect
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ollama
from pydantic import BaseModel
from tests.recordings.interactions import Interaction, cases, recorded
from tests.recordings.replay import Mount

TESTS = Path(__file__).parent
TLS = ssl.create_default_context()  # never used for plain HTTP, and each client would take 20 ms to make its own
Seen = list[Any]
Way = Callable[[Interaction, Mount], Seen]
_METHODS = {
    "/api/chat": "chat",
    "/api/generate": "generate",
    "/api/embed": "embed",
    "/api/embeddings": "embeddings",
    "/api/tags": "list",
    "/api/ps": "ps",
    "/api/show": "show",
    "/api/pull": "pull",
    "/api/copy": "copy",
    "/api/delete": "delete",
}
"""By path."""


def corpus(kind: str) -> dict[str, Interaction]:
    """Our own cases of a kind by their names."""
    file = TESTS / "corpus" / f"{kind}.json"
    return {one.key: one for one in cases(Interaction, file, "http://127.0.0.1:11434/api/chat")}


def interactions() -> list[Interaction]:
    """Our own cases, and the recordings where they are there."""
    real = recorded(Interaction, lambda url: url.endswith("/api/chat"))
    found = [*corpus("chat").values(), *corpus("others").values(), *real]
    if "think" in inspect.signature(ollama.Client.chat).parameters:
        return found
    # The oldest client takes what models think, and names of tools, neither from an application nor from the server.
    return [one for one in found if b"thinking" not in one.body and "tool_name" not in str(one.request)]


def call(interaction: Interaction, mount: Mount) -> Seen:
    """A method of the synchronous client, and every part of a stream."""
    seen: Seen = []
    client = ollama.Client(host=mount.url, verify=TLS)
    try:
        answer = _ask(client, interaction)
        seen.append(_shown(answer))
        if inspect.isgenerator(answer):
            seen.extend(map(_shown, answer))
    except ollama.ResponseError as error:
        seen.append(error)
    client._client.close()
    return seen


def call_async(interaction: Interaction, mount: Mount) -> Seen:
    """A method of the asynchronous client, and every part of a stream."""

    async def main() -> Seen:
        seen: Seen = []
        client = ollama.AsyncClient(host=mount.url, verify=TLS)
        try:
            answer = await _ask(client, interaction)
            seen.append(_shown(answer))
            if inspect.isasyncgen(answer):
                seen.extend([_shown(part) async for part in answer])
        except ollama.ResponseError as error:
            seen.append(error)
        await client._client.aclose()
        return seen

    return asyncio.run(main())


WAYS: list[Way] = [call, call_async]


def failure(seen: Seen) -> str | None:
    """The text of the error that the application saw last."""
    return str(seen[-1]) if isinstance(seen[-1], ollama.ResponseError) else None


def same(one: Seen, other: Seen) -> bool:
    """Whether two calls were seen alike."""
    return [_plain(found) for found in one] == [_plain(found) for found in other]


def _ask(client: Any, interaction: Interaction) -> Any:
    method = getattr(client, _METHODS[interaction.path])
    known = inspect.signature(method).parameters
    return method(**{name: value for name, value in interaction.request.items() if name in known})


def _shown(answer: Any) -> Any:
    return type(answer), answer.model_dump() if isinstance(answer, BaseModel) else None


def _plain(found: Any) -> Any:
    return (type(found), str(found), found.status_code) if isinstance(found, ollama.ResponseError) else found
