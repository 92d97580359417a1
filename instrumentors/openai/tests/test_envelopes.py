"""What an answer is made of where the client has not parsed it: envelopes and streams as they are read."""

from __future__ import annotations

from verspan.instrumentation.answers import BLOCK_BYTES, Answer
from verspan.instrumentation.calls import Reply, Usage
from verspan_openai._chat import ChatAdapter

from .asking import create_arguments
from .interactions import corpus
from .replay import ReplayServer, client_for

ADAPTER = ChatAdapter()
CASES = {found.key: found for found in corpus("chat")}


def text_of(reply: Reply) -> object:
    """The parts of the only message."""
    (message,) = reply.output_messages()
    return message["parts"]


def test_whole_body(server: ReplayServer) -> None:
    """A body that the client has read is taken from the envelope without parsing it for the application."""
    case, answer = CASES["text"], Answer(ADAPTER, capture_content=True)
    with client_for(case, server.mount([case])) as client:
        envelope = client.chat.completions.with_raw_response.create(**create_arguments(case))
    assert ADAPTER.is_raw(envelope)
    answer.add_body(ADAPTER.http_response(envelope).content)
    answer.read()
    assert not envelope._parsed_by_type
    assert (answer.reply.response_id, answer.reply.finish_reasons(1)) == ("chatcmpl-own-1", ["stop"])


def test_stream_read_as_a_whole() -> None:
    """A stream that the application reads as bytes holds every event, in whatever pieces it came."""
    answer, body = Answer(ADAPTER, capture_content=True), CASES["stream"].body
    for start in range(0, len(body), 7):
        answer.add_events(body[start : start + 7])
    answer.read()
    assert text_of(answer.reply) == [{"type": "text", "content": "It is sunny."}]
    assert answer.reply.usage == Usage(12, 4, cache_read_input_tokens=0, reasoning_output_tokens=0)


def test_body_cut_short() -> None:
    """Of a body that the application stopped reading there is what came whole: nothing of JSON, events of a stream."""
    whole, stream = Answer(ADAPTER, capture_content=True), Answer(ADAPTER, capture_content=True)
    whole.add_body(CASES["text"].body[:100])
    stream.add_events(CASES["stream"].body[:700])
    whole.read()
    stream.read()
    assert whole.reply == Reply()
    assert text_of(stream.reply) == [{"type": "text", "content": "It is "}]


def test_chunks_that_were_not_delivered() -> None:
    """What the client had received and the application was not given is no part of the answer."""
    answer = Answer(ADAPTER, capture_content=True)
    answer.add_events(CASES["stream"].body)
    answer.count_delivered()
    answer.delivered = 2
    answer.read()
    assert text_of(answer.reply) == [{"type": "text", "content": "It is "}]
    assert answer.reply.finish_reasons(1) == ["error"]


def test_long_stream() -> None:
    """A stream longer than a block is read block by block, keeps little of it, and is the same reply."""
    answer, chunk = (
        Answer(ADAPTER, capture_content=True),
        b'data: {"choices":[{"index":0,"delta":{"content":"ab"}}]}\n\n',
    )
    count = 3 * BLOCK_BYTES // len(chunk)
    answer.count_delivered()
    for _ in range(count):
        answer.add_events(chunk)
        answer.delivered += 1
    assert answer.plain is None
    assert sum(map(len, answer._pieces)) <= BLOCK_BYTES
    answer.read()
    assert text_of(answer.reply) == [{"type": "text", "content": "ab" * count}]


def test_what_is_no_envelope(server: ReplayServer) -> None:
    """A completion and a stream are no envelopes, and a completion is no stream."""
    whole, stream = CASES["text"], CASES["stream"]
    with client_for(whole, server.mount([whole, stream])) as client:
        completion = client.chat.completions.create(**create_arguments(whole))
        with client.chat.completions.create(**create_arguments(stream)) as chunks:
            assert (ADAPTER.is_raw(completion), ADAPTER.is_stream(completion)) == (False, False)
            assert (ADAPTER.is_raw(chunks), ADAPTER.is_stream(chunks)) == (False, True)
