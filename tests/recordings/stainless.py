"""The ways in which an application makes a call with a client that Stainless generated, and all that it sees of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from tests.recordings.replay import Mount
from tests.recordings.ways import Failure as AnyFailure

Seen = list[Any]
Way = Callable[[Any, Mount], Seen]


@dataclass(frozen=True)
class Failure(AnyFailure):
    """An error as the application sees it, with what the API says of it."""

    code: str | None
    body: object | None


@dataclass(frozen=True)
class Question:
    """A method of the client and its arguments."""

    resource: Any
    method: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def ask(self) -> Any:
        """Call it."""
        return getattr(self.resource, self.method)(**self.arguments)

    def ask_raw(self) -> Any:
        """Call it for a raw response."""
        return getattr(self.resource.with_raw_response, self.method)(**self.arguments)

    def ask_streaming(self) -> Any:
        """Call it for a response whose body is to be read."""
        return getattr(self.resource.with_streaming_response, self.method)(**self.arguments)


class Ways:
    """Every way to make a call with one client package."""

    def __init__(
        self, package: ModuleType, client_for: Callable[..., Any], question: Callable[[Any, Any], Question]
    ) -> None:
        """Make no call yet.

        Args:
            package: the client's.
            client_for: a client from an interaction, where it is served, and ``asynchronous``.
            question: what asks for an interaction, from a client and the interaction.
        """
        self._package = package
        self._client_for = client_for
        self._question = question

    @property
    def all(self) -> list[Way]:
        """All of them."""
        return [
            self.create,
            self.raw,
            self.streaming,
            self.create_async,
            self.raw_async,
            self.streaming_async,
        ]

    def create(self, interaction: Any, mount: Mount) -> Seen:
        """The method itself, and every chunk of a stream."""
        with self._asking(interaction, mount) as (client, seen):
            self._take(seen, self._question(client, interaction).ask())
        return seen

    def raw(self, interaction: Any, mount: Mount) -> Seen:
        """``with_raw_response``, parsed afterwards."""
        with self._asking(interaction, mount) as (client, seen):
            response = self._question(client, interaction).ask_raw()
            seen.append(_envelope(response))
            self._take(seen, response.parse())
        return seen

    def streaming(self, interaction: Any, mount: Mount) -> Seen:
        """``with_streaming_response``, parsed inside its block."""
        with self._asking(interaction, mount) as (client, seen):
            opened = self._question(client, interaction).ask_streaming()
            with opened as response:
                seen.append(_envelope(response))
                self._take(seen, response.parse())
        return seen

    def create_async(self, interaction: Any, mount: Mount) -> Seen:
        """The method of an asynchronous client."""

        async def ask(client: Any, seen: Seen) -> None:
            await self._take_async(seen, await self._question(client, interaction).ask())

        return asyncio.run(self._asking_async(interaction, mount, ask))

    def raw_async(self, interaction: Any, mount: Mount) -> Seen:
        """``with_raw_response`` of an asynchronous client."""

        async def ask(client: Any, seen: Seen) -> None:
            response = await self._question(client, interaction).ask_raw()
            seen.append(_envelope(response))
            parsed = response.parse()
            await self._take_async(seen, await parsed if hasattr(parsed, "__await__") else parsed)

        return asyncio.run(self._asking_async(interaction, mount, ask))

    def streaming_async(self, interaction: Any, mount: Mount) -> Seen:
        """``with_streaming_response`` of an asynchronous client."""

        async def ask(client: Any, seen: Seen) -> None:
            opened = self._question(client, interaction).ask_streaming()
            async with opened as response:
                seen.append(_envelope(response))
                await self._take_async(seen, await response.parse())

        return asyncio.run(self._asking_async(interaction, mount, ask))

    @contextmanager
    def _asking(self, interaction: Any, mount: Mount) -> Iterator[tuple[Any, Seen]]:
        seen: Seen = []
        with self._client_for(interaction, mount) as client:
            try:
                yield client, seen
            except self._package.APIError as error:
                seen.append(_failure(error))

    async def _asking_async(self, interaction: Any, mount: Mount, ask: Callable[[Any, Seen], Awaitable[None]]) -> Seen:
        seen: Seen = []
        async with self._client_for(interaction, mount, asynchronous=True) as client:
            try:
                await ask(client, seen)
            except self._package.APIError as error:
                seen.append(_failure(error))
        return seen

    def _take(self, seen: Seen, response: Any) -> None:
        seen.append(self._response(response))
        if isinstance(response, self._package.Stream):
            seen.extend(self._response(chunk) for chunk in response)

    async def _take_async(self, seen: Seen, response: Any) -> None:
        seen.append(self._response(response))
        if isinstance(response, self._package.AsyncStream):
            async for chunk in response:
                seen.append(self._response(chunk))

    def _response(self, response: Any) -> Any:
        if isinstance(response, self._package.BaseModel):
            return type(response), response.model_dump(warnings=False), response.model_fields_set
        http = getattr(response, "response", None) or getattr(response, "http_response", None)
        if http is None:
            return type(response), response
        if isinstance(response, (self._package.Stream, self._package.AsyncStream)):
            return type(response), http.status_code, _headers(http)
        return type(response), http.status_code, http.is_closed


def _envelope(response: Any) -> Any:
    return type(response), response.status_code, _headers(response), response.http_response.is_closed


def _headers(response: Any) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name != "date"}


def _failure(error: Any) -> Failure:
    return Failure(type(error), str(error), getattr(error, "code", None), error.body)
