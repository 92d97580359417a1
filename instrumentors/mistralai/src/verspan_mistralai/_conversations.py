"""Conversations that the provider keeps: begun, gone on with and branched off, with a model or an agent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from verspan.instrumentation.calls import Call, CallInput, Choice, Reply, Request, ToldFailure, parse_arguments
from verspan.instrumentation.fields import field, fields, integer, items, text, texts
from verspan.instrumentation.generated.adapting import event_of
from verspan.instrumentation.messages import Message, Part
from verspan.instrumentation.openai_json.chat import ChatReading
from verspan.instrumentation.openai_json.requests import content_parts
from verspan.instrumentation.openai_json.usage import read_usage
from verspan.instrumentation.parts import spoken, text_parts
from verspan.semconv import GEN_AI_AGENT_ID, GEN_AI_CONVERSATION_ID
from verspan_mistralai._adapting import MistralAdapter

METHODS = ("start", "append", "restart")
"""The methods that a model answers, each of which has one that streams, too."""
_FAILED = "conversation.response.error"


class ConversationAdapter(ChatReading, MistralAdapter):
    """Takes turns of conversations; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    name = "mistralai.conversations"
    operation_name = "invoke_agent"
    content = ("inputs", "instructions", "tools")
    failure_marks: Sequence[bytes] = (_FAILED.encode(),)

    def describe(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call | None:
        """Describe a turn; where a model is named and no agent, it is a chat."""
        call = super().describe(instance, args, kwargs)
        return call._replace(operation_name="chat") if call is not None and call.request_model else call

    def read_request(self, body: Any) -> Request:
        """The parameters, the agent and the conversation."""
        request = super().read_request(field(body, "completion_args"))
        request.seed = integer(field(field(body, "completion_args"), "random_seed"))
        request.conversation_id = text(field(body, "conversation_id"))
        if agent_id := text(field(body, "agent_id")):
            request.extra[GEN_AI_AGENT_ID] = agent_id
        return request

    def read_input(self, body: Any) -> CallInput:
        """What is new in the conversation, the instructions and the tools."""
        own = fields(body)
        asked = own.get("inputs")
        return CallInput(
            messages=spoken("user", asked) if isinstance(asked, str) else [_message(fields(e)) for e in items(asked)],
            system_instructions=text_parts(texts(own.get("instructions"))),
            tool_definitions=super().read_input({"tools": own.get("tools")}).tool_definitions,
        )

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from a response, or add an event to it."""
        own = event_of(body)
        if conversation_id := text(own.get("conversation_id")):
            reply.extra[GEN_AI_CONVERSATION_ID] = conversation_id
        if own.get("usage") is not None:
            reply.usage = read_usage(own["usage"])
            reply.choice(0).finish_reason = "stop"
        reply.response_model = text(own.get("model")) or reply.response_model
        kind = text(own.get("type")) or ""
        if kind == _FAILED:
            reply.failure = ToldFailure(str(own.get("code", "error")), text(own.get("message")))
        elif reply.capture_content and kind in _EVENTS:
            _EVENTS[kind](own, reply.choice(0))
        for entry in map(fields, items(own.get("outputs"))):
            reply.response_model = text(entry.get("model")) or reply.response_model
            if reply.capture_content:
                reply.choice(0).parts += _parts(entry)


def _message(entry: Mapping[str, Any]) -> Message:
    is_result = entry.get("type") == "function.result"
    role = "tool" if is_result else text(entry.get("role")) or "assistant"
    return {"role": role, "parts": _parts(entry)}


def _parts(entry: Mapping[str, Any]) -> list[Part]:
    """The parts of a message that an entry of a conversation is."""
    kind = text(entry.get("type")) or ""
    if kind == "function.call":
        return [_call(entry)]
    if kind == "function.result":
        identity = {"id": entry["tool_call_id"]} if text(entry.get("tool_call_id")) else {}
        return [{"type": "tool_call_response", **identity, "response": entry.get("result")}]
    if kind == "tool.execution":
        return [_execution(entry)]
    return content_parts(entry.get("content")) if "content" in entry else [dict(entry)]


def _call(entry: Mapping[str, Any]) -> Part:
    identity = {"id": entry["tool_call_id"]} if text(entry.get("tool_call_id")) else {}
    part: dict[str, Any] = {"type": "tool_call", "name": text(entry.get("name")) or "", **identity}
    return {**part, "arguments": _arguments(entry)}


def _execution(entry: Mapping[str, Any]) -> Part:
    name = text(entry.get("name")) or "tool"
    told = {"type": name, "arguments": _arguments(entry)}
    return {"type": "server_tool_call", "name": name, "server_tool_call": told}


def _arguments(entry: Mapping[str, Any]) -> Any:
    given = entry.get("arguments")
    return parse_arguments(given) if isinstance(given, str) else given


def _say(event: Mapping[str, Any], choice: Choice) -> None:
    content = event.get("content")
    if isinstance(content, str):
        choice.text.append(content)
        return
    for part in [content] if isinstance(content, dict) else items(content):
        if field(part, "type") == "text":
            choice.text.append(text(field(part, "text")) or "")
        elif field(part, "type") == "thinking":
            choice.think("".join(text(field(one, "text")) or "" for one in items(field(part, "thinking"))))
        else:
            choice.add(dict(fields(part)))


def _go_on_calling(event: Mapping[str, Any], choice: Choice) -> None:
    call = choice.tool_call(integer(event.get("output_index")) or 0)
    call.id, call.name = text(event.get("tool_call_id")) or call.id, text(event.get("name")) or call.name
    call.arguments.append(text(event.get("arguments")) or "")


def _begin_execution(event: Mapping[str, Any], choice: Choice) -> None:
    choice.add(_execution(event))


_EVENTS: Mapping[str, Callable[[Mapping[str, Any], Choice], None]] = {
    "message.output.delta": _say,
    "function.call.delta": _go_on_calling,
    "tool.execution.started": _begin_execution,
}
