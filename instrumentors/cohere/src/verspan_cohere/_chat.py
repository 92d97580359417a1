"""Chats by version 2 of the API, and by version 1 with the texts that it completes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from verspan.instrumentation.calls import CallInput, Reply, Request
from verspan.instrumentation.fields import field, fields, integer, items, number, text, texts
from verspan.instrumentation.messages import Message, Part
from verspan.instrumentation.openai_json.requests import read_input
from verspan.instrumentation.parameters import Reader, assigned, read_parameters, stop_sequences
from verspan.instrumentation.parts import definition, spoken, text_parts
from verspan_cohere._adapting import CohereAdapter, read_usage
from verspan_cohere._replies import FINISH_REASONS, read_older_reply, read_reply

_ROLES = {"CHATBOT": "assistant", "USER": "user", "SYSTEM": "system", "TOOL": "tool"}


class ChatAdapter(CohereAdapter):
    """Takes chats of version 2; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    name = "cohere.chat"
    operation_name = "chat"
    content: ClassVar[Collection[str]] = ("messages", "tools", "documents")

    def read_request(self, body: Any) -> Request:
        """The parameters of a request."""
        return read_parameters(body, _READERS, Request())

    def read_input(self, body: Any) -> CallInput:
        """The messages and tools of a request."""
        return read_input(fields(body))

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from a response, or add an event to it."""
        read_reply(body, reply)


class OlderChatAdapter(ChatAdapter):
    """Takes chats of version 1."""

    name = "cohere.older_chat"
    content = ("message", "preamble", "chat_history", "tools", "tool_results", "documents")

    def read_input(self, body: Any) -> CallInput:
        """The history, what is said now, and the tools."""
        own = fields(body)
        messages = [_older_message(fields(one)) for one in items(own.get("chat_history"))]
        messages += spoken("user", text(own.get("message")) or "")
        if results := _results(own):
            messages.append({"role": "tool", "parts": results})
        return CallInput(
            messages=messages,
            system_instructions=text_parts(texts(own.get("preamble"))),
            tool_definitions=[
                definition("function", {**tool, "parameters": tool.get("parameter_definitions")})
                for tool in map(fields, items(own.get("tools")))
            ],
        )

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from a response, or add an event to it."""
        read_older_reply(body, reply)


class GenerateAdapter(ChatAdapter):
    """Takes texts to be completed, which version 1 alone does."""

    name = "cohere.generate"
    operation_name = "text_completion"
    content = ("prompt",)

    def read_request(self, body: Any) -> Request:
        """The parameters of a request."""
        request = super().read_request(body)
        count = integer(field(body, "num_generations"))
        request.choice_count = None if count == 1 else count
        return request

    def read_input(self, body: Any) -> CallInput:
        """What is to be completed."""
        return CallInput(messages=spoken("user", text(field(body, "prompt")) or ""))

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from a response, or add an event to it."""
        own = fields(body)
        reply.response_id = text(own.get("id")) or reply.response_id
        reply.usage = read_usage(own.get("meta")) or reply.usage
        if own.get("event_type") == "stream-end":
            response = fields(own.get("response"))
            reason = text(own.get("finish_reason")) or ""
            reply.response_id = text(response.get("id")) or reply.response_id
            reply.choice(0).finish_reason = FINISH_REASONS.get(reason, "stop")
        elif "text" in own and reply.capture_content:
            reply.choice(integer(own.get("index")) or 0).text.append(text(own["text"]) or "")
        for index, one in enumerate(map(fields, items(own.get("generations")))):
            choice = reply.choice(index)
            choice.finish_reason = FINISH_REASONS.get(text(one.get("finish_reason")) or "", "stop")
            if reply.capture_content:
                choice.text.append(text(one.get("text")) or "")


def _older_message(message: Mapping[str, Any]) -> Message:
    role = text(message.get("role")) or "USER"
    parts: list[Part] = text_parts(texts(message.get("message")))
    for call in map(fields, items(message.get("tool_calls"))):
        name = text(call.get("name")) or ""
        parts.append({"type": "tool_call", "name": name, "arguments": call.get("parameters")})
    return {"role": _ROLES.get(role, role.lower()), "parts": [*parts, *_results(message)]}


def _results(own: Mapping[str, Any]) -> list[Part]:
    """What tools gave, each told by the name of its tool, since version 1 has no ids."""
    found = map(fields, items(own.get("tool_results")))
    return [
        {"type": "tool_call_response", "name": field(one.get("call"), "name"), "response": one.get("outputs")}
        for one in found
    ]


def _read_response_format(request: Request, value: Any) -> None:
    if field(value, "type") == "json_object":
        request.output_type = "json"


_READERS: Mapping[str, Reader] = {
    "max_tokens": assigned("max_tokens", integer),
    "temperature": assigned("temperature", number),
    "p": assigned("top_p", number),
    "k": assigned("top_k", integer),
    "frequency_penalty": assigned("frequency_penalty", number),
    "presence_penalty": assigned("presence_penalty", number),
    "seed": assigned("seed", integer),
    "stop_sequences": assigned("stop_sequences", stop_sequences),
    "conversation_id": assigned("conversation_id", text),
    "response_format": _read_response_format,
}
