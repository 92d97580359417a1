"""What the spans of responses over a websocket say."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, use_span

from verspan import semconv
from verspan.instrumentation.policy import Policy, set_policy
from verspan.settings import ContentMode

from .socket_server import SocketServer
from .talking import ASK, PARCEL, REALTIME, SCRIPTS, SIDES, Talk, needs, only, realtime, told


@SIDES
@pytest.mark.parametrize("place", REALTIME)
def test_spoken(spans: InMemorySpanExporter, place: str, *, asynchronous: bool) -> None:
    """A response of realtime is one span: what was said, what was answered, and tokens by their kind."""
    script = SCRIPTS["realtime, spoken"]
    heard = realtime(script, PARCEL, ASK, place=place, asynchronous=asynchronous)
    assert [event.to_dict() for event in heard] == script.said
    span = only(spans)
    assert (span.name, span.kind.name, span.status.status_code.name) == ("chat gpt-realtime", "CLIENT", "UNSET")
    assert told(span) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-realtime",
        "gen_ai.request.stream": True,
        "gen_ai.output.type": "speech",
        "openai.api.type": "realtime",
        "server.address": "127.0.0.1",
        "gen_ai.conversation.id": "conv_1",
        "gen_ai.response.id": "resp_1",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 127,
        "gen_ai.usage.output_tokens": 148,
        "gen_ai.usage.cache_read.input_tokens": 64,
        "gen_ai.usage.text.input_tokens": 119,
        "gen_ai.usage.text.output_tokens": 36,
        "gen_ai.usage.text.cache_read.input_tokens": 60,
        "gen_ai.usage.audio.input_tokens": 8,
        "gen_ai.usage.audio.output_tokens": 112,
        "gen_ai.usage.audio.cache_read.input_tokens": 4,
        "gen_ai.usage.image.input_tokens": 0,
        "gen_ai.usage.image.cache_read.input_tokens": 0,
        "gen_ai.system_instructions": [{"type": "text", "content": "Be brief."}],
        "gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": "Where is my parcel?"}]}],
        "gen_ai.output.messages": [
            {
                "role": "assistant",
                "parts": [{"type": "text", "content": "It left yesterday."}],
                "finish_reason": "stop",
            }
        ],
    }


@pytest.mark.parametrize("place", REALTIME)
def test_tool(spans: InMemorySpanExporter, place: str) -> None:
    """A tool that a response asks for is a part of its answer; its own settings go before the session's."""
    own = {"temperature": 0.9, "tools": [{"type": "function", "name": "look_up", "parameters": {"type": "object"}}]}
    realtime(SCRIPTS["realtime, a tool"], {**ASK, "response": own}, place=place)
    found = told(only(spans))
    assert found[semconv.GEN_AI_OUTPUT_TYPE] == "text"
    assert found[semconv.GEN_AI_REQUEST_TEMPERATURE] == 0.9
    assert found[semconv.GEN_AI_RESPONSE_FINISH_REASONS] == ("tool_call",)
    assert [tool["name"] for tool in found[semconv.GEN_AI_TOOL_DEFINITIONS]] == ["look_up"]
    (message,) = found[semconv.GEN_AI_OUTPUT_MESSAGES]
    assert message["parts"] == [
        {"type": "tool_call", "name": "look_up", "id": "call_1", "arguments": {"order": 4711}},
    ]


@pytest.mark.parametrize("place", REALTIME)
def test_begun_by_the_provider(spans: InMemorySpanExporter, place: str) -> None:
    """A response that nobody asked for is a span too, with what was heard, where the connection was opened."""
    speech = {"type": "input_audio_buffer.append", "audio": "AAAA"}
    outer = SpanContext(trace_id=1, span_id=2, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    with use_span(NonRecordingSpan(outer)):
        realtime(SCRIPTS["realtime, begun by the provider"], speech, place=place)
    span = only(spans)
    assert span.parent == outer
    assert told(span)[semconv.GEN_AI_INPUT_MESSAGES] == [
        {"role": "user", "parts": [{"type": "text", "content": "Hello?"}]}
    ]


@pytest.mark.parametrize(
    ("name", "reason", "error"),
    [
        ("realtime, failed", "error", "overloaded"),
        ("realtime, cancelled", "error", None),
        ("realtime, incomplete", "length", None),
    ],
)
@needs("realtime")
def test_ends(spans: InMemorySpanExporter, name: str, reason: str, error: str | None) -> None:
    """A response that failed is a failed span; one that was cancelled or ran out of tokens says so in its reason."""
    realtime(SCRIPTS[name], ASK)
    span = only(spans)
    assert (span.attributes or {}).get(semconv.ERROR_TYPE) == error
    assert span.status.status_code.name == ("ERROR" if error else "UNSET")
    assert told(span)[semconv.GEN_AI_RESPONSE_FINISH_REASONS] == (reason,)


@needs("realtime")
def test_refused(spans: InMemorySpanExporter) -> None:
    """An error that is about a response ends its span; one that is about something else ends none."""
    script = SCRIPTS["realtime, refused"]
    errors = []

    def hears_on(event: Any) -> bool:
        errors.append(event)
        return [found.type for found in errors].count("error") < 2

    with SocketServer.playing([script]) as server:
        says: list[dict[str, Any]] = [{"type": "session.update", "session": {}}, {**ASK, "event_id": "event_asked"}]
        Talk(server.port, "realtime", says, "gpt-realtime", hears_on).take_place(asynchronous=False)
    found = told(only(spans))
    assert found[semconv.ERROR_TYPE] == "conversation_already_has_active_response"


@needs("realtime")
@pytest.mark.parametrize("name", ["realtime, spoken", "realtime, failed", "realtime, a tool"])
def test_no_content(spans: InMemorySpanExporter, name: str) -> None:
    """Where content may go nowhere, no word of what is said, heard or told of a failure is on the span."""
    set_policy(Policy(content=ContentMode.NO_CONTENT))
    realtime(SCRIPTS[name], PARCEL, {**ASK, "response": {"instructions": "Say parcel."}})
    span = only(spans)
    assert "parcel" not in span.to_json().lower()
    assert not semconv.CONTENT_ATTRIBUTES & set(span.attributes or {})
