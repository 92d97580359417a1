"""Bodies that the application has read itself out of the client's envelopes."""

from __future__ import annotations

import json

from verspan.instrumentation.calls import Reply, Usage
from verspan_openai._chat import ChatAdapter
from verspan_openai._client import events

from .interactions import corpus
from .replay import ReplayServer, client_for, create_arguments

ADAPTER = ChatAdapter()
CASES = {found.key: found for found in corpus("chat")}


def test_whole_body(server: ReplayServer) -> None:
    """A body that the client has read is read from the envelope without parsing it for the application."""
    case, reply = CASES["text"], Reply()
    with client_for(case, server.mount([case])) as client:
        envelope = client.chat.completions.with_raw_response.create(**create_arguments(case))
    assert ADAPTER.is_raw(envelope)
    ADAPTER.read_body(ADAPTER.raw_body(envelope) or b"", envelope, reply)
    assert not envelope._parsed_by_type
    assert (reply.response_id, reply.finish_reasons(1)) == ("chatcmpl-own-1", ["stop"])


def test_stream_read_as_a_whole(server: ReplayServer) -> None:
    """A stream's envelope is unread until the application reads it, and then holds every event."""
    case, reply = CASES["stream"], Reply()
    with client_for(case, server.mount([case])) as client:
        envelope = client.chat.completions.with_raw_response.create(**create_arguments(case))
        assert ADAPTER.raw_body(envelope) is None
        envelope.http_response.read()
    ADAPTER.read_body(ADAPTER.raw_body(envelope) or b"", envelope, reply)
    (message,) = reply.output_messages()
    assert message["parts"] == [{"type": "text", "content": "It is sunny."}]
    assert reply.usage == Usage(input_tokens=12, output_tokens=4, cache_read_input_tokens=0, reasoning_output_tokens=0)


def test_body_cut_short(server: ReplayServer) -> None:
    """Of a body that the application stopped reading there is what came whole: nothing of JSON, events of a stream."""
    whole, stream = CASES["text"], CASES["stream"]
    cut, cut_stream = Reply(), Reply()
    with client_for(whole, server.mount([whole, stream])) as client:
        completions = client.chat.completions.with_raw_response
        ADAPTER.read_body(whole.body[:100], completions.create(**create_arguments(whole)), cut)
        envelope = completions.create(**create_arguments(stream))
        ADAPTER.read_body(stream.body[:700], envelope, cut_stream)
        envelope.http_response.close()
    assert cut == Reply()
    (message,) = cut_stream.output_messages()
    assert message["parts"] == [{"type": "text", "content": "It is "}]


def test_what_is_no_envelope(server: ReplayServer) -> None:
    """A completion and a stream are no envelopes, and a completion is no stream."""
    whole, stream = CASES["text"], CASES["stream"]
    with client_for(whole, server.mount([whole, stream])) as client:
        completion = client.chat.completions.create(**create_arguments(whole))
        with client.chat.completions.create(**create_arguments(stream)) as chunks:
            assert (ADAPTER.is_raw(completion), ADAPTER.is_stream(completion)) == (False, False)
            assert (ADAPTER.is_raw(chunks), ADAPTER.is_stream(chunks)) == (False, True)


def test_events() -> None:
    """Comments, fields other than data, the closing mark and broken lines are no events."""
    body = b': waiting\n\nevent: x\ndata: {"a": 1}\n\ndata:{"a": 2}\r\n\r\ndata: {"a\n\ndata: [DONE]\n\n'
    assert list(events(body)) == [json.loads('{"a": 1}'), json.loads('{"a": 2}')]
