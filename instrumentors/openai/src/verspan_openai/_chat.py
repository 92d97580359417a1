"""Chat completions: ``create``, ``parse``, the stream helper, and whatever else posts to ``/chat/completions``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from verspan.instrumentation.calls import Call, CallInput, Reply
from verspan.instrumentation.serialising import snapshot
from verspan.semconv import OPENAI_API_TYPE, OPENAI_REQUEST_SERVICE_TIER
from verspan_openai import _client
from verspan_openai._fields import field, integer, items, number, text
from verspan_openai._replies import read_chunk, read_reply
from verspan_openai._requests import CONTENT, read_input

_PATH = "/chat/completions"
_OUTPUT_TYPES = {"text": "text", "json_object": "json", "json_schema": "json"}


class ChatAdapter:
    """Reads a chat call at the client's ``request``; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    def describe(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call | None:
        """Describe a request to complete a chat; None for a request to any other endpoint."""
        options = _client.request_options(args, kwargs)
        if not _client.is_post_to(options, _PATH):
            return None
        body = _client.request_body(options)
        call = _describe_body(body, instance)
        call.stream = bool(kwargs.get("stream") or body.get("stream"))
        return call

    def snapshot_input(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bytes:  # noqa: ARG002
        """The messages and tools of the request, as it is about to be sent."""
        body = _client.request_body(_client.request_options(args, kwargs))
        return snapshot({name: body[name] for name in CONTENT if name in body})

    def read_input(self, snapshot: bytes) -> CallInput:
        """The messages and tools in a snapshot."""
        return read_input(orjson.loads(snapshot))

    def is_stream(self, response: Any) -> bool:
        """Whether the response is a stream of chunks."""
        return _client.is_stream(response)

    def is_raw(self, response: Any) -> bool:
        """Whether the response is an envelope around one."""
        return _client.is_raw(response)

    def read_response(self, response: Any, reply: Reply) -> None:
        """Fill a reply from a completion."""
        read_reply(response, reply)

    def read_chunk(self, chunk: Any, reply: Reply) -> None:
        """Add one chunk to a reply."""
        read_chunk(chunk, reply)

    def read_failure(self, failure: BaseException, reply: Reply) -> None:
        """The completion that ``parse`` refuses because it was cut at the token limit: it was answered, and billed."""
        completion = getattr(failure, "completion", None)
        if completion is not None:
            read_reply(completion, reply)

    def raw_body(self, response: Any) -> bytes | None:
        """The body in an envelope; None while the caller has not read it."""
        return _client.read_body(response)

    def read_body(self, body: bytes, response: Any, reply: Reply) -> None:
        """Fill a reply from the body of an envelope, without parsing the envelope in the caller's stead."""
        for part in _client.events(body) if _client.is_event_stream(response) else _client.whole(body):
            read_reply(part, reply)


def _describe_body(body: Mapping[str, Any], client: Any) -> Call:
    peer = _client.peer(client)
    call = Call("chat", peer.provider_name, None, peer.address, peer.port, extra={OPENAI_API_TYPE: "chat_completions"})
    # By what the body has, which is a few of the many fields that it may have.
    for name, value in body.items():
        reader = _READERS.get(name)
        if reader is not None:
            reader(call, value)
    return call


def _assigned(field_name: str, read: Callable[[Any], Any]) -> Callable[[Call, Any], None]:
    def reader(call: Call, value: Any) -> None:
        found = read(value)
        if found is not None:
            setattr(call, field_name, found)

    return reader


def _read_choice_count(call: Call, value: Any) -> None:
    count = integer(value)
    call.choice_count = None if count == 1 else count


def _read_max_tokens(call: Call, value: Any) -> None:
    if call.max_tokens is None:  # `max_completion_tokens` is what counts where both are given
        call.max_tokens = integer(value)


def _read_modalities(call: Call, value: Any) -> None:
    if "audio" in items(value):
        call.output_type = "speech"


def _read_response_format(call: Call, value: Any) -> None:
    if call.output_type is None:
        call.output_type = _OUTPUT_TYPES.get(text(field(value, "type")) or "")


def _read_reasoning(call: Call, value: Any) -> None:
    call.reasoning_level = call.reasoning_level or text(field(value, "effort"))


def _read_service_tier(call: Call, value: Any) -> None:
    tier = text(value)
    if tier and tier != "auto" and call.extra is not None:
        call.extra[OPENAI_REQUEST_SERVICE_TIER] = tier


def _stop_sequences(stop: Any) -> list[str] | None:
    sequences = [stop] if isinstance(stop, str) else items(stop)
    return sequences or None


_READERS: Mapping[str, Callable[[Call, Any], None]] = {
    "model": _assigned("request_model", text),
    "n": _read_choice_count,
    "max_completion_tokens": _assigned("max_tokens", integer),
    "max_tokens": _read_max_tokens,
    "temperature": _assigned("temperature", number),
    "top_p": _assigned("top_p", number),
    "top_k": _assigned("top_k", integer),  # of compatible hosts; `top_logprobs` is another thing
    "frequency_penalty": _assigned("frequency_penalty", number),
    "presence_penalty": _assigned("presence_penalty", number),
    "seed": _assigned("seed", integer),
    "stop": _assigned("stop_sequences", _stop_sequences),
    "modalities": _read_modalities,
    "response_format": _read_response_format,
    "reasoning_effort": _assigned("reasoning_level", text),
    "reasoning": _read_reasoning,
    "service_tier": _read_service_tier,
}
