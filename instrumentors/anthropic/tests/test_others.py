"""Answers that are neither a message nor a page: the application reads them itself, untouched."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import anthropic
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.recordings.interactions import Interaction, events
from tests.recordings.replay import Received, ReplayServer

from .asking import client_for, corpus

_API = "https://api.anthropic.com"
_BATCH = corpus("others")["batch"]


def _answer(path: str, body: bytes, content_type: str) -> Interaction:
    return Interaction("own", path, f"{_API}{path}", {}, 200, {"content-type": content_type}, body)


def _names(spans: InMemorySpanExporter) -> list[str]:
    return [span.name for span in spans.get_finished_spans()]


def test_results_of_a_batch(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """The results of a batch, a line each, are the application's to read."""
    (batch,) = events(_BATCH)
    lines = [{"custom_id": name, "result": {"type": "canceled"}} for name in ("one", "two")]
    results = "/v1/messages/batches/msgbatch_1/results"
    mount = server.serve(_by_path({results: _lines(results, lines)}))
    ended = {**batch, "processing_status": "ended", "results_url": f"{mount.url}{results}"}
    mount.answer = _by_path(
        {
            results: _lines(results, lines),
            "/v1/messages/batches/msgbatch_1": replace(_BATCH, body=json.dumps(ended).encode()),
        }
    )
    with client_for(_BATCH, mount) as client:
        read = [one.custom_id for one in client.messages.batches.results("msgbatch_1")]
    assert read == ["one", "two"]
    assert _names(spans) == ["fetch_message_batch", "list_message_batch_results"]
    assert {span.attributes["server.address"] for span in spans.get_finished_spans() if span.attributes} == {
        "127.0.0.1"
    }


def test_file(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """A file is the application's to read, and no part of the span."""
    path = "/v1/files/file_1/content"
    mount = server.mount([_answer(path, b"\x89PNG", "image/png")])
    with client_for(_BATCH, mount) as client:
        files = getattr(client.beta, "files", None)
        if files is None:
            pytest.skip("this version of the client has no files")
        assert files.download("file_1").read() == b"\x89PNG"
    assert _names(spans) == ["fetch_file_content"]


def test_events_of_a_session(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """The events of a session are one span, which counts none of its tokens."""
    path = "/v1/sessions/sesn_1/events/stream"
    said = {"type": "agent.message", "id": "sevt_1", "content": [{"type": "text", "text": "In Bremen."}]}
    body = f"event: agent.message\ndata: {json.dumps(said)}\n\n".encode()
    mount = server.mount([_answer(path, body, "text/event-stream")])
    with client_for(_BATCH, mount) as client:
        sessions = getattr(client.beta, "sessions", None)
        if sessions is None:
            pytest.skip("this version of the client has no sessions")
        with sessions.events.stream("sesn_1") as stream:
            assert [event.type for event in stream] == ["agent.message"]
    assert _names(spans) == ["fetch_session_event_stream"]


def test_unheard_of(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """An endpoint that nobody has described has a span with the model and what was said."""
    found = corpus("others")["unheard of"]
    with client_for(found, server.mount([found])) as client:
        client.post(found.path, cast_to=object, body=dict(found.request))
    (span,) = spans.get_finished_spans()
    assert span.name == "create_oracle_question claude-9"
    assert span.attributes is not None
    assert span.attributes["gen_ai.response.model"] == "claude-9-20300101"
    assert "Where is parcel 4711?" in str(span.attributes["gen_ai.input.messages"])


@pytest.mark.skipif(
    not hasattr(anthropic.resources.Messages, "parse"), reason="this version of the client parses no messages"
)
def test_parsed(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """A message that the client parses is the span of that message."""
    from pydantic import BaseModel

    class Place(BaseModel):
        """Where something is."""

        town: str

    asked = corpus("messages")["stream, whole"]
    (message,) = events(asked)
    told = {**message, "content": [{"type": "text", "text": '{"town": "Bremen"}'}]}
    mount = server.mount([replace(asked, body=json.dumps(told).encode())])
    arguments: Any = {name: asked.request[name] for name in ("model", "max_tokens", "messages")}
    with client_for(asked, mount) as client:
        parsed = client.messages.parse(**arguments, output_format=Place)
    assert parsed.parsed_output == Place(town="Bremen")
    (span,) = spans.get_finished_spans()
    assert span.attributes is not None
    assert span.attributes["gen_ai.output.type"] == "json"
    assert '{\\"town\\": \\"Bremen\\"}' in str(span.attributes["gen_ai.output.messages"])


def _lines(path: str, found: list[Any]) -> Interaction:
    body = "".join(json.dumps(line) + "\n" for line in found)
    return _answer(path, body.encode(), "application/x-jsonl")


def _by_path(found: dict[str, Interaction]) -> Callable[[Received], Interaction | None]:
    return lambda asked: found.get(asked.path)
