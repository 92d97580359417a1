"""Responses over a websocket, of any kind, however they end, with real connections."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from verspan import semconv
from verspan.context import ActiveVersion, set_default_version, withdraw_default_version
from verspan.testing import capture_spans
from verspan_openai import OpenAIInstrumentor

from .socket_server import DROP, WAIT, Script, SocketServer
from .talking import ASK, PARCEL, RESPONSES, SCRIPTS, SIDES, WITHOUT_ID, Talk, needs, only, realtime, told, until_done


@SIDES
@needs("realtime")
def test_left(spans: InMemorySpanExporter, *, asynchronous: bool) -> None:
    """A connection that is left half-way ends its response as cut, with what came of it."""
    script = SCRIPTS["realtime, cut"].then(WAIT)
    with SocketServer.playing([script]) as server:
        hears_on = lambda event: not event.type.endswith(".delta")  # noqa: E731 - the one place
        Talk(server.port, "realtime", [ASK], "gpt-realtime", hears_on).take_place(asynchronous=asynchronous)
    span = only(spans)
    assert span.status.status_code.name == "UNSET"
    found = told(span)
    assert found[semconv.GEN_AI_RESPONSE_FINISH_REASONS] == ("error",)
    assert found[semconv.GEN_AI_OUTPUT_MESSAGES][0]["parts"] == [{"type": "text", "content": "It left "}]


@SIDES
@needs("realtime")
def test_broken(spans: InMemorySpanExporter, *, asynchronous: bool) -> None:
    """A connection that breaks half-way fails its response with what the application is told."""
    from websockets.exceptions import ConnectionClosedError

    with SocketServer.playing([SCRIPTS["realtime, cut"].then(DROP)]) as server:
        talk = Talk(server.port, "realtime", [ASK], "gpt-realtime")
        with pytest.raises(ConnectionClosedError):
            talk.take_place(asynchronous=asynchronous)
    assert told(only(spans))[semconv.ERROR_TYPE] == "ConnectionClosedError"


@SIDES
@needs("realtime")
def test_ended_by_the_server(spans: InMemorySpanExporter, *, asynchronous: bool) -> None:
    """A connection that the server closes in order ends its response as cut."""
    with SocketServer.playing([SCRIPTS["realtime, cut"]]) as server:
        Talk(server.port, "realtime", [ASK], "gpt-realtime").take_place(asynchronous=asynchronous)
    assert told(only(spans))[semconv.GEN_AI_RESPONSE_FINISH_REASONS] == ("error",)


@needs("realtime")
def test_cancelled(spans: InMemorySpanExporter) -> None:
    """A task that is cancelled while it hears ends the response when it leaves the connection."""

    async def talk(port: int) -> None:
        heard = asyncio.Event()

        def hears_on(event: Any) -> bool:
            if event.type.endswith(".delta"):
                heard.set()
            return True

        task = asyncio.create_task(Talk(port, "realtime", [ASK], "gpt-realtime", hears_on).take_place_async())
        await heard.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    with SocketServer.playing([SCRIPTS["realtime, cut"].then(WAIT)]) as server:
        asyncio.run(talk(server.port))
    assert told(only(spans))[semconv.GEN_AI_RESPONSE_FINISH_REASONS] == ("error",)


@needs("realtime")
def test_application_fails(spans: InMemorySpanExporter) -> None:
    """An exception of the application's own reaches it, and ends the response as cut."""

    def hears_on(event: Any) -> bool:
        if event.type.endswith(".delta"):
            raise LookupError("own")
        return True

    with SocketServer.playing([SCRIPTS["realtime, cut"].then(WAIT)]) as server, pytest.raises(LookupError):
        Talk(server.port, "realtime", [ASK], "gpt-realtime", hears_on).take_place(asynchronous=False)
    assert told(only(spans))[semconv.GEN_AI_RESPONSE_FINISH_REASONS] == ("error",)


@SIDES
@pytest.mark.parametrize("place", RESPONSES)
def test_responses(spans: InMemorySpanExporter, place: str, *, asynchronous: bool) -> None:
    """A response over a websocket is the span that it would be over HTTP."""
    script = SCRIPTS["responses, answered"]
    with SocketServer.playing([script]) as server:
        talk = Talk(server.port, place, [WITHOUT_ID], hears_on=until_done)
        heard = talk.take_place(asynchronous=asynchronous)
    assert [event.type for event in heard] == [event["type"] for event in script.said]
    assert told(only(spans)) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.request.stream": True,
        "gen_ai.request.temperature": 0.5,
        "openai.api.type": "responses",
        "openai.response.service_tier": "default",
        "server.address": "127.0.0.1",
        "gen_ai.response.id": "resp_11",
        "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 20,
        "gen_ai.usage.output_tokens": 3,
        "gen_ai.usage.cache_read.input_tokens": 4,
        "gen_ai.usage.reasoning.output_tokens": 0,
        "gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": "When did it leave?"}]}],
        "gen_ai.output.messages": [
            {"role": "assistant", "parts": [{"type": "text", "content": "Yesterday."}], "finish_reason": "stop"}
        ],
    }


@needs("responses")
def test_refused_response(spans: InMemorySpanExporter) -> None:
    """A response that is refused over a websocket is a failed span with the provider's code."""
    with SocketServer.playing([SCRIPTS["responses, refused"]]) as server:
        Talk(server.port, "responses", [WITHOUT_ID], hears_on=until_done).take_place(asynchronous=False)
    span = only(spans)
    assert span.status.status_code.name == "ERROR"
    assert told(span)[semconv.ERROR_TYPE] == "previous_response_not_found"


@needs("responses")
def test_lanes(spans: InMemorySpanExporter) -> None:
    """Responses in two lanes of one connection have each their own answer."""
    ends: list[bool] = []

    def hears_on(event: Any) -> bool:
        ends.append(event.type == "response.completed")
        return sum(ends) < 2

    with SocketServer.playing([SCRIPTS["responses, two lanes"]]) as server:
        says = [{**WITHOUT_ID, "input": name, "stream_id": name} for name in ("a", "b")]
        Talk(server.port, "responses", says, hears_on=hears_on).take_place(asynchronous=False)
    found = [told(span) for span in spans.get_finished_spans()]
    assert [
        (one[semconv.GEN_AI_INPUT_MESSAGES][0]["parts"][0]["content"], one[semconv.GEN_AI_RESPONSE_ID]) for one in found
    ] == [("a", "resp_a"), ("b", "resp_b")]


@needs("responses")
def test_reconnected(spans: InMemorySpanExporter) -> None:
    """A response that a broken connection cuts fails; one that is asked over the next connection is answered."""
    broken = Script("/v1/responses", SCRIPTS["responses, answered"].steps[:2]).then(DROP)
    with SocketServer.playing([broken, SCRIPTS["responses, answered"]]) as server:
        talk = Talk(server.port, "responses", [WITHOUT_ID], hears_on=until_done)
        talk.options = {"on_reconnecting": lambda _: talk.connection.send(WITHOUT_ID), "initial_delay": 0.0}
        talk.take_place(asynchronous=False)
    first, second = spans.get_finished_spans()
    assert told(first)[semconv.ERROR_TYPE] == "ConnectionClosedError"
    assert told(second)[semconv.GEN_AI_RESPONSE_FINISH_REASONS] == ("stop",)


@needs("realtime")
def test_types(spans: InMemorySpanExporter) -> None:
    """The application has connections of the same types as without us, which read as they did."""
    with SocketServer.playing([SCRIPTS["realtime, failed"]] * 2) as server:
        traced = Talk(server.port, "realtime", [ASK], "gpt-realtime", until_done)
        traced.take_place(asynchronous=False)
        OpenAIInstrumentor().uninstrument()
        bare = Talk(server.port, "realtime", [ASK], "gpt-realtime", until_done)
        bare.take_place(asynchronous=False)
    assert type(traced.connection) is type(bare.connection)
    assert type(traced.connection._connection) is type(bare.connection._connection)
    assert traced.heard == bare.heard
    assert len(spans.get_finished_spans()) == 1


@needs("realtime")
def test_request_is_unchanged() -> None:
    """What reaches the server is what reaches it without us, event by event."""
    received = []
    for traced in (False, True):
        with SocketServer.playing([SCRIPTS["realtime, spoken"]]) as server:
            if traced:
                OpenAIInstrumentor().instrument()
            talk = Talk(server.port, "realtime", [PARCEL, ASK], "gpt-realtime", until_done)
            talk.take_place(asynchronous=False)
            OpenAIInstrumentor().uninstrument()
            received.append((server.paths, server.received))
    assert received[0] == received[1]


@needs("realtime")
def test_suppressed(spans: InMemorySpanExporter) -> None:
    """Where OpenTelemetry's instrumentation is suppressed, responses leave no span."""
    with suppress_instrumentation():
        realtime(SCRIPTS["realtime, failed"], ASK)
    assert spans.get_finished_spans() == ()


@needs("realtime")
def test_undone_under_way(spans: InMemorySpanExporter) -> None:
    """A connection that goes on when its client is uninstrumented ends what is under way and begins no more."""

    def hears_on(event: Any) -> bool:
        OpenAIInstrumentor().uninstrument()
        return until_done(event)

    with SocketServer.playing([SCRIPTS["realtime, failed"]]) as server:
        Talk(server.port, "realtime", [ASK], "gpt-realtime", hears_on).take_place(asynchronous=False)
    assert told(only(spans))[semconv.ERROR_TYPE] == "overloaded"


@needs("realtime")
def test_version(spans: InMemorySpanExporter) -> None:
    """A response carries the version that was active when it was asked for, like any other span."""
    version = ActiveVersion("m-" + "7" * 32, "sockets")
    OpenAIInstrumentor().uninstrument()
    set_default_version(version)
    with capture_spans() as captured:
        OpenAIInstrumentor().instrument(**captured.providers)
        realtime(SCRIPTS["realtime, spoken"], PARCEL, ASK)
        OpenAIInstrumentor().uninstrument()
    withdraw_default_version(version)
    (span,) = captured.spans()
    assert span.attributes[semconv.LOGGED_MODEL_ID] == version.model_id
    assert spans.get_finished_spans() == ()


@needs("realtime")
def test_dropped(spans: InMemorySpanExporter) -> None:
    """A connection that is dropped while a response is given leaves a span, ended by the garbage collector."""
    from verspan.instrumentation import abandoned

    async def drop(port: int) -> None:
        talk = Talk(port, "realtime", [ASK], "gpt-realtime", lambda event: not event.type.endswith(".delta"))
        client = talk._client(__import__("openai").AsyncOpenAI)
        connection = await talk._connect(client).enter()
        await connection.send(ASK)
        async for event in connection:
            if event.type.endswith(".delta"):
                break
        connection._connection.transport.abort()
        await connection._connection.wait_closed()
        await client.close()

    with SocketServer.playing([SCRIPTS["realtime, cut"].then(WAIT)]) as server:
        asyncio.run(drop(server.port))
    gc.collect()
    assert abandoned.wait(10.0)
    assert told(only(spans))[semconv.GEN_AI_RESPONSE_FINISH_REASONS] == ("error",)
