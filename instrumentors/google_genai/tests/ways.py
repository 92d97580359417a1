"""The ways in which an application makes a call, and all that it sees of the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from inspect import isasyncgen, isgenerator
from typing import Any

from tests.recordings.replay import Mount

from .asking import ask, client_for, close, close_async
from .interactions import Interaction

Seen = list[Any]
Way = Callable[[Interaction, Mount], Seen]


@dataclass(frozen=True)
class Failure:
    """An error as the application sees it."""

    kind: type[BaseException]
    text: str


def synchronous(interaction: Interaction, mount: Mount) -> Seen:
    """The synchronous client."""
    seen: Seen = []
    client = client_for(interaction, mount)
    try:
        response = ask(client, interaction)
        seen.append(_shown(response))
        if _is_stream(response):
            seen.extend(map(_shown, response))
    except Exception as error:  # noqa: BLE001 - each part of the client has its own kind of errors
        seen.append(_failure(error))
    close(client)
    return seen


def asynchronous(interaction: Interaction, mount: Mount) -> Seen:
    """The asynchronous client."""
    return asyncio.run(_asynchronous(interaction, mount))


WAYS: list[Way] = [synchronous, asynchronous]


async def _asynchronous(interaction: Interaction, mount: Mount) -> Seen:
    seen: Seen = []
    client = client_for(interaction, mount)
    try:
        response = await ask(client.aio, interaction)
        seen.append(_shown(response))
        if _is_stream(response):
            async for chunk in response:
                seen.append(_shown(chunk))
    except Exception as error:  # noqa: BLE001 - each part of the client has its own kind of errors
        seen.append(_failure(error))
    await close_async(client)
    return seen


def _is_stream(response: Any) -> bool:
    return isgenerator(response) or isasyncgen(response) or hasattr(response, "generator")


def _shown(response: Any) -> Any:
    if not hasattr(response, "model_dump"):
        return type(response) if _is_stream(response) else (type(response), response)
    shown = response.model_dump()
    shown.pop("sdk_http_response", None)  # the server's date is in it
    shown.pop("headers", None)
    return type(response), shown


def _failure(error: Exception) -> Failure:
    return Failure(type(error), str(error))
