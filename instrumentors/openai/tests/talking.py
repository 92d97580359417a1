"""One way to talk over a websocket in tests, whether the client is synchronous or not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import openai
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from verspan import semconv

from .socket_server import Script, SocketServer, scripts

Hearing = Callable[[Any], bool]
"""Told of every event; whether to hear on."""


def has(place: str) -> bool:
    """Whether this version of the client connects from a resource, such as ``realtime``."""
    with openai.OpenAI(api_key="test-key") as client:
        try:
            return hasattr(attrgetter(place)(client), "connect")
        except AttributeError:
            return False


def needs(place: str) -> pytest.MarkDecorator:
    """A mark for tests that connect from a resource."""
    return pytest.mark.skipif(not has(place), reason=f"this version of the client has no {place}.connect")


SCRIPTS = scripts()
PARCEL = {
    "type": "conversation.item.create",
    "item": {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Where is my parcel?"}]},
}
ASK = {"type": "response.create"}
WITHOUT_ID = {"type": "response.create", "model": "gpt-4o-mini", "input": "When did it leave?", "temperature": 0.5}
SIDES = pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
REALTIME = [
    pytest.param("realtime", marks=needs("realtime")),
    pytest.param("beta.realtime", marks=needs("beta.realtime")),
]
RESPONSES = [
    pytest.param("responses", marks=needs("responses")),
    pytest.param("beta.responses", marks=needs("beta.responses")),
]


@dataclass
class Talk:
    """What an application says over a connection and hears until it has heard enough."""

    port: int
    place: str
    says: Sequence[dict[str, Any]] = ()
    model: str | None = None
    hears_on: Hearing = lambda _: True
    options: dict[str, Any] = field(default_factory=dict)
    heard: list[Any] = field(default_factory=list)
    connection: Any = None

    def take_place(self, *, asynchronous: bool) -> list[Any]:
        """Connect, say it all, hear, and leave the ``with`` block; gives the events that were heard."""
        if asynchronous:
            asyncio.run(self.take_place_async())
        else:
            with self._client(openai.OpenAI) as client, self._connect(client) as connection:
                self.connection = connection
                for event in self.says:
                    connection.send(event)
                for event in connection:
                    if not self._hears(event):
                        break
        return self.heard

    async def take_place_async(self) -> None:
        """The same in a task."""
        async with self._client(openai.AsyncOpenAI) as client, self._connect(client) as connection:
            self.connection = connection
            for event in self.says:
                await connection.send(event)
            async for event in connection:
                if not self._hears(event):
                    break

    def _hears(self, event: Any) -> bool:
        self.heard.append(event)
        return self.hears_on(event)

    def _client(self, kind: Any) -> Any:
        address = f"127.0.0.1:{self.port}/v1"
        return kind(api_key="test-key", base_url=f"http://{address}", websocket_base_url=f"ws://{address}")

    def _connect(self, client: Any) -> Any:
        named = {} if self.model is None else {"model": self.model}
        return attrgetter(self.place)(client).connect(**named, **self.options)


def until_done(event: Any) -> bool:
    """Whether a response is still to come to its end."""
    return event.type not in ("response.done", "response.completed", "error")


def realtime(script: Script, *says: dict[str, Any], place: str = "realtime", asynchronous: bool = False) -> list[Any]:
    """Talk in a session of realtime until its response is done; gives the events that were heard."""
    with SocketServer.playing([script]) as server:
        talk = Talk(server.port, place, says, model="gpt-realtime", hears_on=until_done)
        return talk.take_place(asynchronous=asynchronous)


def only(spans: InMemorySpanExporter) -> ReadableSpan:
    """The only span."""
    (span,) = spans.get_finished_spans()
    return span


def told(span: ReadableSpan) -> Mapping[str, Any]:
    """The attributes of a span but for what differs from run to run, its content as JSON."""
    left_out = (semconv.SERVER_PORT, semconv.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK)
    found = {name: value for name, value in (span.attributes or {}).items() if name not in left_out}
    return {name: json.loads(str(found[name])) if name in semconv.CONTENT_ATTRIBUTES else found[name] for name in found}
