"""The two ways in which an application makes a call with most clients, and all that it sees of the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from inspect import isasyncgen, isawaitable, isgenerator
from pathlib import Path
from typing import Any

from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.recordings.interactions import Interaction
from tests.recordings.replay import Mount, ReplayServer
from tests.recordings.snapshots import assert_snapshot

from verspan.instrumentation.instrumentor import BaseInstrumentor

Seen = list[Any]
Way = Callable[[Any, Mount], Seen]


@dataclass(frozen=True)
class Failure:
    """An error as the application sees it."""

    kind: type[BaseException]
    text: str


@dataclass(frozen=True)
class Client:
    """How tests use a client, synchronous or asynchronous."""

    opened: Callable[[Any, Mount, bool], Any]
    """A client for an interaction that is served there; an asynchronous one where the last argument says so."""
    ask: Callable[[Any, Any], Any]
    """Asks a client what an interaction asks: a response, a stream, or something to await."""
    close: Callable[[Any], Any]
    """Closes a client; an asynchronous one when what it gives is awaited."""
    shown: Callable[[Any], Any]
    """What an application can see of a response or a chunk, but of a stream its type alone."""

    def ways(self) -> list[Way]:
        """The two ways of making a call."""
        return [self.synchronous, self.asynchronous]

    def synchronous(self, interaction: Interaction, mount: Mount) -> Seen:
        """By the client that waits."""
        seen: Seen = []
        client = self.opened(interaction, mount, False)  # noqa: FBT003 - by position as it is declared
        try:
            response = self.ask(client, interaction)
            seen.append(self.shown(response))
            if is_stream(response):
                seen.extend(map(self.shown, response))
        except Exception as error:  # noqa: BLE001 - all that the application sees
            seen.append(Failure(type(error), str(error)))
        self.close(client)
        return seen

    def asynchronous(self, interaction: Interaction, mount: Mount) -> Seen:
        """By the client that is awaited."""
        return asyncio.run(self._asynchronous(interaction, mount))

    async def _asynchronous(self, interaction: Interaction, mount: Mount) -> Seen:
        seen: Seen = []
        client = self.opened(interaction, mount, True)  # noqa: FBT003 - likewise
        try:
            response = self.ask(client, interaction)
            response = await response if isawaitable(response) else response
            seen.append(self.shown(response))
            if is_stream(response):
                async for chunk in response:
                    seen.append(self.shown(chunk))
        except Exception as error:  # noqa: BLE001 - likewise
            seen.append(Failure(type(error), str(error)))
        await self.close(client)
        return seen


def is_stream(response: Any) -> bool:
    """Whether it is a stream: a generator, or a client's own around one."""
    return isgenerator(response) or isasyncgen(response) or hasattr(response, "generator")


@dataclass(frozen=True)
class Trial:
    """A server, an instrumented client and its spans, in which one call after the other is tried."""

    server: ReplayServer
    spans: InMemorySpanExporter
    instrumentor: BaseInstrumentor
    snapshots: Path
    """The folder of the client's snapshots."""

    def assert_one_span(self, interaction: Interaction, way: Way) -> None:
        """Fail unless a call is the one span of its snapshot, and application and server see what they see bare.

        Args:
            interaction: what is asked and answered.
            way: in which it is.
        """
        mount = self.server.mount([interaction, interaction])
        seen = way(interaction, mount)
        self.instrumentor.uninstrument()
        assert seen == way(interaction, mount)
        failure = seen[-1].text if isinstance(seen[-1], Failure) else None
        assert_snapshot(self.snapshots, interaction, self.spans.get_finished_spans(), failure)
        instrumented, bare = mount.received
        assert instrumented == bare
