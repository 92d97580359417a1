"""Chat completions: ``create``, ``parse``, the stream helper, and whatever else posts to ``/chat/completions``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verspan.instrumentation.calls import Call, CallInput, Reply
from verspan.semconv import OPENAI_API_TYPE, OPENAI_REQUEST_SERVICE_TIER
from verspan_openai import _client
from verspan_openai._fields import field, integer, items, number, text
from verspan_openai._replies import read_reply
from verspan_openai._requests import read_input

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

    def read_input(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> CallInput:  # noqa: ARG002
        """The messages and tools of the request."""
        return read_input(_client.request_body(_client.request_options(args, kwargs)))

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
        read_reply(chunk, reply)

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
    address, port = _client.server(client)
    choice_count = integer(body.get("n"))
    return Call(
        operation_name="chat",
        provider_name=_client.provider_name(client, address),
        request_model=text(body.get("model")),
        server_address=address,
        server_port=port,
        choice_count=None if choice_count == 1 else choice_count,
        max_tokens=integer(body.get("max_completion_tokens")) or integer(body.get("max_tokens")),
        temperature=number(body.get("temperature")),
        top_p=number(body.get("top_p")),
        top_k=integer(body.get("top_k")),  # of compatible hosts; `top_logprobs` is another thing
        frequency_penalty=number(body.get("frequency_penalty")),
        presence_penalty=number(body.get("presence_penalty")),
        seed=integer(body.get("seed")),
        stop_sequences=_stop_sequences(body.get("stop")),
        output_type=_output_type(body),
        reasoning_level=text(body.get("reasoning_effort")) or text(field(body.get("reasoning"), "effort")),
        extra=_extra(body),
    )


def _stop_sequences(stop: Any) -> list[str] | None:
    sequences = [stop] if isinstance(stop, str) else items(stop)
    return sequences or None


def _output_type(body: Mapping[str, Any]) -> str | None:
    if "audio" in items(body.get("modalities")):
        return "speech"
    return _OUTPUT_TYPES.get(text(field(body.get("response_format"), "type")) or "")


def _extra(body: Mapping[str, Any]) -> dict[str, Any]:
    extra: dict[str, Any] = {OPENAI_API_TYPE: "chat_completions"}
    tier = text(body.get("service_tier"))
    if tier and tier != "auto":
        extra[OPENAI_REQUEST_SERVICE_TIER] = tier
    return extra
