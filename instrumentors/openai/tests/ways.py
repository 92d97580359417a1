"""The ways in which an application makes a call, and all that it sees of the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import openai
from openai._legacy_response import HttpxBinaryResponseContent

from .asking import question
from .interactions import Interaction
from .replay import Mount, client_for

Seen = list[Any]
Way = Callable[[Interaction, Mount], Seen]


@dataclass(frozen=True)
class Failure:
    """An error as the application sees it."""

    kind: type[openai.APIError]
    text: str
    code: str | None
    body: object | None


def create(interaction: Interaction, mount: Mount) -> Seen:
    """``create``, and every chunk of a stream."""
    with _asking(interaction, mount) as (client, seen):
        _take(seen, question(client, interaction).ask())
    return seen


def raw(interaction: Interaction, mount: Mount) -> Seen:
    """``with_raw_response``, parsed afterwards."""
    with _asking(interaction, mount) as (client, seen):
        response = question(client, interaction).ask_raw()
        seen.append(_envelope(response))
        _take(seen, response.parse())
    return seen


def streaming(interaction: Interaction, mount: Mount) -> Seen:
    """``with_streaming_response``, parsed inside its block."""
    with _asking(interaction, mount) as (client, seen):
        opened = question(client, interaction).ask_streaming()
        with opened as response:
            seen.append(_envelope(response))
            _take(seen, response.parse())
    return seen


def create_async(interaction: Interaction, mount: Mount) -> Seen:
    """``create`` of an asynchronous client."""

    async def ask(client: Any, seen: Seen) -> None:
        await _take_async(seen, await question(client, interaction).ask())

    return asyncio.run(_asking_async(interaction, mount, ask))


def raw_async(interaction: Interaction, mount: Mount) -> Seen:
    """``with_raw_response`` of an asynchronous client."""

    async def ask(client: Any, seen: Seen) -> None:
        response = await question(client, interaction).ask_raw()
        seen.append(_envelope(response))
        await _take_async(seen, response.parse())

    return asyncio.run(_asking_async(interaction, mount, ask))


def streaming_async(interaction: Interaction, mount: Mount) -> Seen:
    """``with_streaming_response`` of an asynchronous client."""

    async def ask(client: Any, seen: Seen) -> None:
        opened = question(client, interaction).ask_streaming()
        async with opened as response:
            seen.append(_envelope(response))
            await _take_async(seen, await response.parse())

    return asyncio.run(_asking_async(interaction, mount, ask))


WAYS: list[Way] = [create, raw, streaming, create_async, raw_async, streaming_async]


@contextmanager
def _asking(interaction: Interaction, mount: Mount) -> Iterator[tuple[Any, Seen]]:
    seen: Seen = []
    with client_for(interaction, mount) as client:
        try:
            yield client, seen
        except openai.APIError as error:
            seen.append(_failure(error))


async def _asking_async(interaction: Interaction, mount: Mount, ask: Callable[[Any, Seen], Awaitable[None]]) -> Seen:
    seen: Seen = []
    async with client_for(interaction, mount, asynchronous=True) as client:
        try:
            await ask(client, seen)
        except openai.APIError as error:
            seen.append(_failure(error))
    return seen


def _take(seen: Seen, response: Any) -> None:
    seen.append(_response(response))
    if isinstance(response, openai.Stream):
        seen.extend(_response(chunk) for chunk in response)


async def _take_async(seen: Seen, response: Any) -> None:
    seen.append(_response(response))
    if isinstance(response, openai.AsyncStream):
        async for chunk in response:
            seen.append(_response(chunk))


def _response(response: Any) -> Any:
    if isinstance(response, openai.BaseModel):
        return type(response), response.model_dump(warnings=False), response.model_fields_set
    if isinstance(response, HttpxBinaryResponseContent):
        return type(response), response.response.status_code, response.response.is_closed
    if not isinstance(response, (openai.Stream, openai.AsyncStream)):
        return type(response), response
    return type(response), response.response.status_code, _headers(response.response)


def _envelope(response: Any) -> Any:
    return type(response), response.status_code, _headers(response), response.http_response.is_closed


def _headers(response: Any) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name != "date"}


def _failure(error: openai.APIError) -> Failure:
    return Failure(type(error), str(error), error.code, error.body)
