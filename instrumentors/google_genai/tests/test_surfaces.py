"""What the client's other surfaces send, and which spans they leave."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.recordings.replay import ReplayServer

from verspan import semconv

from .asking import client_for, close
from .interactions import case


@contextmanager
def _client(server: ReplayServer, *keys: str) -> Iterator[Any]:
    cases = [case(key) for key in keys]
    client = client_for(cases[0], server.mount(cases))
    yield client
    close(client)


def _names(spans: InMemorySpanExporter) -> list[str]:
    return [span.name for span in spans.get_finished_spans()]


def test_chat(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """Each message of a chat is one call, whole or streamed."""
    with _client(server, "text", "stream") as client:
        chat = client.chats.create(model="gemini-3-flash")
        chat.send_message("Where is my parcel?")
        assert [chunk.text for chunk in chat.send_message_stream("Where?")][1:] == ["In ", "Lyon."]
    assert _names(spans) == ["generate_content gemini-3-flash"] * 2


def test_automatic_function_calling(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """Where the client calls the model's functions itself, each of its requests is a call of its own."""

    def find_parcel(id: str) -> str:  # noqa: A002 - the argument's name in the recording
        """Where a parcel is."""
        return f"{id} is in Lyon"

    find_parcel.__annotations__ = {"id": str, "return": str}  # older clients do not read them as text
    with _client(server, "tool_call", "tool_response") as client:
        config = {"tools": [find_parcel]}
        answer = client.models.generate_content(model="gemini-3-flash", contents="Where is parcel 12?", config=config)
        assert answer.text == "In Lyon."
    first, second = spans.get_finished_spans()
    assert first.attributes is not None
    assert second.attributes is not None
    assert "tool_call_response" not in str(first.attributes[semconv.GEN_AI_INPUT_MESSAGES])
    assert "12 is in Lyon" in str(second.attributes[semconv.GEN_AI_INPUT_MESSAGES])


def test_counting(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """A count of tokens is one call, which has used none."""
    with _client(server, "tokens_counted") as client:
        client.models.count_tokens(model="gemini-3-flash", contents="A parcel.")
    assert _names(spans) == ["count_tokens gemini-3-flash"]


def test_file(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """A file is fetched by one call, of whose answer nothing is told."""
    with _client(server, "file") as client:
        client.files.get(name="files/Abc-1")
    (span,) = spans.get_finished_spans()
    assert span.name == "fetch_file"
