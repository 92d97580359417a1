"""Chats: what a request asks for and says, and what is answered."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from verspan.instrumentation.calls import CallInput, Reply, Request
from verspan.instrumentation.fields import field, integer, items, number, text
from verspan.instrumentation.openai_json.parameters import output_type, read_service_tier
from verspan.instrumentation.openai_json.replies import read_reply
from verspan.instrumentation.openai_json.requests import CONTENT, read_input
from verspan.instrumentation.parameters import Reader, assigned, read_choice_count, read_parameters, stop_sequences


class ChatReading:
    """Reads chats; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    operation_name: ClassVar[str] = "chat"
    content: ClassVar[Collection[str]] = CONTENT

    def read_request(self, body: Any) -> Request:
        """The parameters of a request."""
        return read_parameters(body, _READERS, Request())

    def read_input(self, body: Any) -> CallInput:
        """The messages and tools of a request."""
        return read_input(body)

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from a completion, or add a chunk to it."""
        read_reply(body, reply)


def _read_max_tokens(request: Request, value: Any) -> None:
    if request.max_tokens is None:  # `max_completion_tokens` is what counts where both are given
        request.max_tokens = integer(value)


def _read_modalities(request: Request, value: Any) -> None:
    if "audio" in items(value):
        request.output_type = "speech"


def _read_response_format(request: Request, value: Any) -> None:
    if request.output_type is None:
        request.output_type = output_type(value)


def _read_reasoning(request: Request, value: Any) -> None:
    request.reasoning_level = request.reasoning_level or text(field(value, "effort"))


_READERS: Mapping[str, Reader] = {
    "n": read_choice_count,
    "max_completion_tokens": assigned("max_tokens", integer),
    "max_tokens": _read_max_tokens,
    "temperature": assigned("temperature", number),
    "top_p": assigned("top_p", number),
    "top_k": assigned("top_k", integer),  # of compatible hosts; `top_logprobs` is another thing
    "frequency_penalty": assigned("frequency_penalty", number),
    "presence_penalty": assigned("presence_penalty", number),
    "seed": assigned("seed", integer),
    "stop": assigned("stop_sequences", stop_sequences),
    "modalities": _read_modalities,
    "response_format": _read_response_format,
    "reasoning_effort": assigned("reasoning_level", text),
    "reasoning": _read_reasoning,
    "service_tier": read_service_tier,
}
CHAT_PARAMETERS: Collection[str] = frozenset(_READERS)
"""The parameters of a request that are read."""
