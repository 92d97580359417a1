"""Bodies that the application reads as it likes, objects of a type of their own, and other services."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from botocore.eventstream import EventStream
from botocore.exceptions import EndpointConnectionError
from botocore.response import StreamingBody
from botocore.stub import Stubber
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.recordings.replay import ReplayServer

from verspan import semconv

from .asking import client_at, corpus

_CASES = corpus()


def _by_block(body: Any) -> bytes:
    with body as raw:
        return bytes(raw.read())


@pytest.mark.parametrize(
    "read",
    [
        lambda body: body.read(),
        b"".join,
        lambda body: b"".join(body.iter_chunks(7)),
        lambda body: b"".join(body.iter_lines()),
        lambda body: body.read(5) + body.read(),
        _by_block,
    ],
)
def test_reading(server: ReplayServer, spans: InMemorySpanExporter, read: Callable[[Any], bytes]) -> None:
    """However an application reads a body, it gets all of it, and the span is ended and says what it says."""
    case = _CASES["anthropic"]
    client = client_at(server.mount([case]).url)
    response = case.ask(client)
    assert spans.get_finished_spans() == ()
    assert type(response["body"]) is StreamingBody
    assert read(response["body"]) == case.body
    (span,) = spans.get_finished_spans()
    assert (span.attributes or {})[semconv.GEN_AI_USAGE_INPUT_TOKENS] == 31
    assert semconv.GEN_AI_OUTPUT_MESSAGES in (span.attributes or {})
    response["body"].close()
    client.close()


def test_closed(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """A body that is closed before it is read ends its span, which has the tokens that stand beside the body."""
    case = _CASES["anthropic"]
    client = client_at(server.mount([case]).url)
    case.ask(client)["body"].close()
    (span,) = spans.get_finished_spans()
    assert (span.attributes or {})[semconv.GEN_AI_USAGE_OUTPUT_TOKENS] == 12
    assert (span.attributes or {})[semconv.GEN_AI_RESPONSE_FINISH_REASONS] == ("error",)
    client.close()


def test_in_memory(spans: InMemorySpanExporter) -> None:
    """A body that a test of the application's made in memory is read like one from the network."""
    case = _CASES["titan"]
    client = client_at("http://127.0.0.1:9")
    with Stubber(client) as stubber:
        body = StreamingBody(io.BytesIO(case.body), len(case.body))
        stubber.add_response("invoke_model", {"body": body, "contentType": "application/json"})
        assert case.ask(client)["body"].read() == case.body
    (span,) = spans.get_finished_spans()
    assert (span.attributes or {})[semconv.GEN_AI_USAGE_OUTPUT_TOKENS] == 12
    client.close()


def test_event_stream(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """A stream of events is the client's own object, and ends its span when its events end."""
    case = _CASES["stream"]
    client = client_at(server.mount([case]).url)
    stream = case.ask(client)["stream"]
    assert type(stream) is EventStream
    events = iter(stream)
    assert next(events) == {"messageStart": {"role": "assistant"}}
    assert spans.get_finished_spans() == ()
    assert len(list(events)) == 5
    assert len(spans.get_finished_spans()) == 1
    client.close()


def test_body_as_a_file(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """A body that is a file is read by the client alone."""
    case = _CASES["titan"]
    mount = server.mount([case])
    client = client_at(mount.url)
    asked = str(case.arguments["body"]).encode()
    client.invoke_model(modelId="amazon.titan-text-lite-v1", body=io.BytesIO(asked))["body"].read()
    assert mount.received[0].body == asked
    (span,) = spans.get_finished_spans()
    assert semconv.GEN_AI_INPUT_MESSAGES not in (span.attributes or {})
    client.close()


def test_other_services(spans: InMemorySpanExporter) -> None:
    """Other services of AWS have no spans."""
    client = client_at("http://127.0.0.1:9", "sts")
    with pytest.raises(EndpointConnectionError):
        client.get_caller_identity()
    assert spans.get_finished_spans() == ()
    client.close()


def test_retries(server: ReplayServer, spans: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that the client repeats is one span."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    refused, answered = _CASES["throttled"], _CASES["guarded"]
    mount = server.mount([refused, answered])
    client = client_at(mount.url, retries=2)
    client.converse(**answered.arguments)
    assert len(mount.received) == 2
    assert [span.status.is_ok for span in spans.get_finished_spans()] == [True]
    client.close()
