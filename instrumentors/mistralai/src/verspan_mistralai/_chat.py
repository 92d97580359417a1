"""Chats, calls of agents and completions of code, whose JSON is OpenAI's but for a few fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verspan.instrumentation.calls import CallInput, Reply, Request
from verspan.instrumentation.fields import field, fields, integer, items, text, texts
from verspan.instrumentation.generated.adapting import event_of
from verspan.instrumentation.openai_json.chat import ChatReading
from verspan.instrumentation.parts import spoken
from verspan.instrumentation.serialising import snapshot
from verspan.semconv import GEN_AI_AGENT_ID
from verspan_mistralai._adapting import MistralAdapter


class ChatAdapter(ChatReading, MistralAdapter):
    """Takes chats; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    name = "mistralai.chat"

    def read_request(self, body: Any) -> Request:
        """The parameters of a request."""
        request = super().read_request(body)
        request.seed = integer(field(body, "random_seed"))
        return request

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from a completion, or add a chunk to it."""
        own = event_of(body)
        for choice in items(own.get("choices")):
            _spell_arguments(fields(field(choice, "message")))
        super().read_reply(own, reply)


class AgentAdapter(ChatAdapter):
    """Takes calls of an agent that the provider keeps, by the older of its two ways."""

    name = "mistralai.agents"
    operation_name = "invoke_agent"

    def read_request(self, body: Any) -> Request:
        """The parameters of a request, and which agent is asked."""
        request = super().read_request(body)
        if agent_id := text(field(body, "agent_id")):
            request.extra[GEN_AI_AGENT_ID] = agent_id
        return request


class FimAdapter(ChatAdapter):
    """Takes completions of code that has a beginning and maybe an end."""

    name = "mistralai.fim"
    operation_name = "text_completion"
    content = ("prompt", "suffix")

    def read_input(self, body: Any) -> CallInput:
        """What is to be completed."""
        return CallInput(messages=spoken("user", *texts(field(body, "prompt")), *texts(field(body, "suffix"))))


def _spell_arguments(message: Mapping[str, Any]) -> None:
    """Spell arguments as the API sends them, where the client has read them already."""
    for call in items(message.get("tool_calls")):
        function = fields(field(call, "function"))
        if isinstance(function.get("arguments"), dict):
            call["function"] = {**function, "arguments": snapshot(function["arguments"]).decode()}
