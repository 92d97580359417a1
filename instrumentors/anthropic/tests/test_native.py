"""The spans that the client makes itself: none beside ours, and all of its others."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import anthropic
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.recordings.interactions import Interaction, events
from tests.recordings.replay import Mount, ReplayServer

from verspan.semconv import GEN_AI_CONVERSATION_ID
from verspan_anthropic import AnthropicInstrumentor

from .asking import corpus

pytestmark = pytest.mark.skipif(
    not hasattr(anthropic.Anthropic, "open_telemetry"), reason="this version of the client has no spans of its own"
)

_ASK: Any = {"model": "claude-own-1", "max_tokens": 64, "messages": [{"role": "user", "content": "Where is it?"}]}
_WHOLE, _STREAM = corpus("messages")["stream, whole"], corpus("messages")["stream"]
_OURS = "verspan-anthropic"
_ITS = "com.anthropic.sdk.python"


class Telling:
    """One provider for the client's own spans and for ours, and a client that uses it."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self.provider = TracerProvider(shutdown_on_exit=False)
        self.provider.add_span_processor(SimpleSpanProcessor(self._exporter))

    def options(self, mount: Mount, **open_telemetry: Any) -> Any:
        """The arguments of a client, its own spans switched on."""
        own = {"tracer_provider": self.provider, **open_telemetry}
        return {"base_url": mount.url, "api_key": "test-key", "max_retries": 0, "open_telemetry": own}

    @contextmanager
    def instrumented(self) -> Iterator[None]:
        """Have our spans, too, while the block runs."""
        AnthropicInstrumentor().instrument(tracer_provider=self.provider)
        yield
        AnthropicInstrumentor().uninstrument()

    def spans(self) -> list[tuple[str, str, str | None]]:
        """Scope, name and parent's name of every span, in order of their beginning."""
        found = sorted(self._exporter.get_finished_spans(), key=lambda span: span.start_time or 0)
        names = {span.context.span_id: span.name for span in found}
        return [
            (span.instrumentation_scope.name, span.name, names.get(span.parent.span_id) if span.parent else None)
            for span in found
            if span.instrumentation_scope is not None
        ]

    def attributes(self) -> list[Any]:
        """The attributes of every span."""
        return [span.attributes for span in self._exporter.get_finished_spans()]


@pytest.fixture
def telling() -> Iterator[Telling]:
    """Where spans go."""
    telling = Telling()
    yield telling
    telling.provider.shutdown()


def test_one_span_a_call(server: ReplayServer, telling: Telling) -> None:
    """Whole, streamed or by the helper, a call has our span alone, and sends its trace to nobody."""
    mount = server.mount([_WHOLE, _STREAM, _STREAM])
    with anthropic.Anthropic(**telling.options(mount)) as client, telling.instrumented():
        client.messages.create(**_ASK)
        list(client.messages.create(**_ASK, stream=True))
        with client.messages.stream(**_ASK) as stream:
            stream.until_done()
    assert telling.spans() == [(_OURS, "chat claude-own-1", None)] * 3
    assert not any("traceparent" in asked.headers for asked in mount.received)


def test_one_span_an_async_call(server: ReplayServer, telling: Telling) -> None:
    """So it is with the asynchronous client."""
    mount = server.mount([_WHOLE])

    async def ask() -> None:
        async with anthropic.AsyncAnthropic(**telling.options(mount)) as client:
            await client.messages.create(**_ASK)

    with telling.instrumented():
        asyncio.run(ask())
    assert telling.spans() == [(_OURS, "chat claude-own-1", None)]
    assert "traceparent" not in mount.received[0].headers


def test_given_back(server: ReplayServer, telling: Telling) -> None:
    """Uninstrumented, the client makes its own spans again, for clients that were built before, too."""
    mount = server.mount([_WHOLE, _WHOLE])
    with anthropic.Anthropic(**telling.options(mount)) as client:
        with telling.instrumented():
            client.messages.create(**_ASK)
        client.messages.create(**_ASK)
    assert telling.spans() == [(_OURS, "chat claude-own-1", None), (_ITS, "anthropic.messages.create", None)]


def test_switched_off(server: ReplayServer, telling: Telling) -> None:
    """A client that makes no spans of its own has ours."""
    mount = server.mount([_WHOLE])
    options = telling.options(mount, traces=False)
    with anthropic.Anthropic(**options) as client, telling.instrumented():
        client.messages.create(**_ASK)
    assert telling.spans() == [(_OURS, "chat claude-own-1", None)]


def test_conversation(server: ReplayServer, telling: Telling) -> None:
    """The conversation that a client was told to be part of is on our span."""
    mount = server.mount([_WHOLE])
    options = telling.options(mount, conversation_id="conversation-1")
    with anthropic.Anthropic(**options) as client, telling.instrumented():
        client.messages.create(**_ASK)
    assert [found[GEN_AI_CONVERSATION_ID] for found in telling.attributes()] == ["conversation-1"]


def _tool_turn() -> Interaction:
    asked = corpus("messages")["tools"]
    (answer,) = events(asked)
    call = {"type": "tool_use", "id": "toolu_1", "name": "find_parcel", "input": {"number": 4711}}
    return _answered(asked, {**answer, "content": [call]})


def _answered(interaction: Interaction, answer: Any) -> Interaction:
    return replace(interaction, body=json.dumps(answer).encode())


def test_tool_runner(server: ReplayServer, telling: Telling) -> None:
    """Each turn of a tool runner is a span of ours below the client's own of the run, beside its own of the tool."""

    @anthropic.beta_tool
    def find_parcel(number: int) -> str:
        """Where a parcel is."""
        return f"{number} is in Bremen."

    mount = server.mount([_tool_turn(), _WHOLE])
    with anthropic.Anthropic(**telling.options(mount)) as client, telling.instrumented():
        client.beta.messages.tool_runner(**_ASK, tools=[find_parcel]).until_done()
    run = "anthropic.messages.tool_runner"
    assert telling.spans() == [
        (_ITS, run, None),
        (_OURS, "chat claude-own-1", run),
        (_ITS, "anthropic.custom_tool_use find_parcel", run),
        (_OURS, "chat claude-own-1", run),
    ]
