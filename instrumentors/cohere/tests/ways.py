"""The ways in which an application makes a call, and all that it sees of the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from inspect import isasyncgen, isgenerator
from typing import Any

from tests.recordings.replay import Mount

from .asking import Client, ask
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
    client = Client(mount.url, asynchronous=False)
    try:
        response = ask(client, interaction)
        seen.append(_shown(response))
        if _is_stream(response):
            seen.extend(map(_shown, response))
    except Exception as error:  # noqa: BLE001 - all that the application sees
        seen.append(Failure(type(error), str(error)))
    client.close()
    return seen


def asynchronous(interaction: Interaction, mount: Mount) -> Seen:
    """The asynchronous client."""
    return asyncio.run(_asynchronous(interaction, mount))


WAYS: list[Way] = [synchronous, asynchronous]


async def _asynchronous(interaction: Interaction, mount: Mount) -> Seen:
    seen: Seen = []
    client = Client(mount.url, asynchronous=True)
    try:
        response = ask(client, interaction)
        response = response if isasyncgen(response) else await response
        seen.append(_shown(response))
        if _is_stream(response):
            async for chunk in response:
                seen.append(_shown(chunk))
    except Exception as error:  # noqa: BLE001 - likewise
        seen.append(Failure(type(error), str(error)))
    await client.close()
    return seen


def _is_stream(response: Any) -> bool:
    return isgenerator(response) or isasyncgen(response)


def _shown(response: Any) -> Any:
    return (type(response), None if _is_stream(response) else getattr(response, "dict", lambda: response)())
