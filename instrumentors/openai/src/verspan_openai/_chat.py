"""Chat completions: ``create``, ``parse``, the stream helper, and whatever else posts to ``/chat/completions``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from verspan.instrumentation.calls import Call, CallInput, Reply, Request
from verspan.instrumentation.serialising import snapshot
from verspan.semconv import OPENAI_API_TYPE, OPENAI_REQUEST_SERVICE_TIER
from verspan_openai import _client
from verspan_openai._fields import NO_FIELDS, field, integer, items, number, text
from verspan_openai._replies import read_reply
from verspan_openai._requests import CONTENT, read_input

_PATH = "/chat/completions"
_OUTPUT_TYPES = {"text": "text", "json_object": "json", "json_schema": "json"}


class ChatAdapter:
    """Takes a chat call at the client's ``request``; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    name = "openai.chat"

    def describe(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call | None:
        """Describe a request to complete a chat; None for a request to any other endpoint."""
        body = _client.body_posted_to(_PATH, args, kwargs)
        if body is None:
            return None
        peer = _client.peer(instance)
        model, stream = body.get("model"), bool(kwargs.get("stream") or body.get("stream"))
        known_model = model if isinstance(model, str) else None
        return Call("chat", peer.provider_name, known_model, peer.address, peer.port, stream)

    def snapshot_request(
        self,
        instance: Any,  # noqa: ARG002 - of the protocol
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        content: bool,
    ) -> bytes:
        """The body of the request, as it is about to be sent."""
        body = _client.body_posted_to(_PATH, args, kwargs) or NO_FIELDS
        told = body if content else {name: body[name] for name in body if name not in CONTENT}
        return snapshot(told, _client.fields_of)

    def snapshot_response(self, response: Any) -> bytes:
        """A completion or a chunk as the JSON that it was made of."""
        return snapshot(response, _client.fields_of)

    def is_stream(self, response: Any) -> bool:
        """Whether the response is a stream of chunks."""
        return _client.is_stream(response)

    def is_raw(self, response: Any) -> bool:
        """Whether the response is an envelope around one."""
        return _client.is_raw(response)

    def http_response(self, response: Any) -> Any:
        """What a stream or an envelope reads from."""
        return _client.http_response(response)

    def answer_in(self, failure: BaseException) -> Any:
        """The completion that ``parse`` refuses because it was cut at the token limit: it was answered, and billed."""
        return getattr(failure, "completion", None)

    def read_request(self, body: Any) -> Request:
        """The parameters of a request."""
        request = Request(extra={OPENAI_API_TYPE: "chat_completions"})
        # By what the body has, which is a few of the many fields that it may have.
        for name, value in body.items():
            reader = _READERS.get(name)
            if reader is not None:
                reader(request, value)
        return request

    def read_input(self, body: Any) -> CallInput:
        """The messages and tools of a request."""
        return read_input(body)

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from a completion, or add a chunk to it."""
        read_reply(body, reply)


def _assigned(field_name: str, read: Callable[[Any], Any]) -> Callable[[Request, Any], None]:
    def reader(request: Request, value: Any) -> None:
        found = read(value)
        if found is not None:
            setattr(request, field_name, found)

    return reader


def _read_choice_count(request: Request, value: Any) -> None:
    count = integer(value)
    request.choice_count = None if count == 1 else count


def _read_max_tokens(request: Request, value: Any) -> None:
    if request.max_tokens is None:  # `max_completion_tokens` is what counts where both are given
        request.max_tokens = integer(value)


def _read_modalities(request: Request, value: Any) -> None:
    if "audio" in items(value):
        request.output_type = "speech"


def _read_response_format(request: Request, value: Any) -> None:
    if request.output_type is None:
        request.output_type = _OUTPUT_TYPES.get(text(field(value, "type")) or "")


def _read_reasoning(request: Request, value: Any) -> None:
    request.reasoning_level = request.reasoning_level or text(field(value, "effort"))


def _read_service_tier(request: Request, value: Any) -> None:
    tier = text(value)
    if tier and tier != "auto":
        request.extra[OPENAI_REQUEST_SERVICE_TIER] = tier


def _stop_sequences(stop: Any) -> list[str] | None:
    sequences = [stop] if isinstance(stop, str) else items(stop)
    return sequences or None


_READERS: Mapping[str, Callable[[Request, Any], None]] = {
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
