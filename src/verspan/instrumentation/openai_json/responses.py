"""Responses: what a request asks for and says, and what is answered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from verspan.instrumentation.calls import CallInput, Reply, Request
from verspan.instrumentation.fields import field, fields, integer, items, number, text, texts
from verspan.instrumentation.messages import Message, ToolDefinition
from verspan.instrumentation.openai_json.parameters import output_type, read_service_tier
from verspan.instrumentation.openai_json.response_items import is_message, item_parts, role_of
from verspan.instrumentation.openai_json.response_replies import FAILURE_MARKS, read_event
from verspan.instrumentation.parameters import Reader, assigned, extra, read_parameters
from verspan.instrumentation.parts import definition, spoken, text_parts
from verspan.semconv import GEN_AI_REQUEST_PREVIOUS_RESPONSE_ID, OPENAI_API_TYPE


class ResponsesReading:
    """Reads responses; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    operation_name: ClassVar[str] = "chat"
    content: ClassVar[Collection[str]] = ("input", "instructions", "tools", "prompt")
    failure_marks: Sequence[bytes] = FAILURE_MARKS

    def read_request(self, body: Any) -> Request:
        """The parameters of a request; one that runs in the background is answered later, to whoever fetches it."""
        request = read_parameters(body, _READERS, Request(extra={OPENAI_API_TYPE: "responses"}))
        request.has_choices = not field(body, "background") or bool(field(body, "stream"))
        return request

    def read_input(self, body: Any) -> CallInput:
        """The instructions, the items of the input as messages, and the tools."""
        own = fields(body)
        return CallInput(
            messages=item_messages(own.get("input")),
            system_instructions=text_parts(texts(own.get("instructions"))),
            tool_definitions=[tool_definition(fields(tool)) for tool in items(own.get("tools"))],
        )

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from a response, or add an event to it."""
        read_event(body, reply)


def item_messages(asked: Any) -> list[Message]:
    """What is asked, a text or a list of items, as messages."""
    if isinstance(asked, str):
        return spoken("user", asked)
    messages: list[Message] = []
    for item in map(fields, items(asked)):
        role, parts = role_of(item), item_parts(item)
        if messages and role == messages[-1]["role"] == "assistant" and not is_message(item):
            messages[-1]["parts"] += parts  # a turn's reasoning and calls come as items of their own
        else:
            messages.append({"role": role, "parts": parts})
    return messages


def tool_definition(tool: Mapping[str, Any]) -> ToolDefinition:
    """A tool that is offered, of the application's or of the provider's."""
    return definition(text(tool.get("type")) or "function", tool)


def _conversation_id(conversation: Any) -> str | None:
    return text(conversation) or text(field(conversation, "id"))


def _read_reasoning(request: Request, value: Any) -> None:
    request.reasoning_level = text(field(value, "effort"))


def _read_text(request: Request, value: Any) -> None:
    request.output_type = output_type(field(value, "format"))


_READERS: Mapping[str, Reader] = {
    "max_output_tokens": assigned("max_tokens", integer),
    "temperature": assigned("temperature", number),
    "top_p": assigned("top_p", number),
    "text": _read_text,
    "reasoning": _read_reasoning,
    "conversation": assigned("conversation_id", _conversation_id),
    "previous_response_id": extra(GEN_AI_REQUEST_PREVIOUS_RESPONSE_ID, text),
    "service_tier": read_service_tier,
}
RESPONSE_PARAMETERS: Collection[str] = frozenset(_READERS)
"""The parameters of a request that are read."""
