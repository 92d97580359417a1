"""What runs are given and give, as messages of the conventions: LangChain's messages, states that hold them, and more.

They are known by their shape, so that nothing of LangChain has to be imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verspan.instrumentation.calls import parse_arguments
from verspan.instrumentation.fields import field, items, text
from verspan.instrumentation.messages import Message, OutputMessage, Part
from verspan.instrumentation.serialising import snapshot
from verspan_langchain._content import content_parts

_ROLES = {"human": "user", "HumanMessageChunk": "user", "ai": "assistant", "AIMessageChunk": "assistant"}
_ANSWERS = frozenset(("tool", "function"))


def messages_of(value: Any, role: str) -> list[Message]:
    """The messages that a value holds, or the value as the only one.

    Args:
        value: a message, a list of them, a prompt, a state with ``messages``, a text, or anything else, which is told
            as JSON.
        role: whose the value is where it does not say so itself.
    """
    if value is None:
        return []
    if is_message(value):
        return [_message(value)]
    if hasattr(value, "to_messages"):  # a prompt that has been filled in
        value = value.to_messages()
    if (held := _held(value)) is not None:
        return messages_of(held, role)
    if isinstance(value, (list, tuple)) and value and all(_speaks(one) for one in value):
        return [_turn(one, role) for one in value]
    said = value if isinstance(value, str) else snapshot(value, _form).decode()
    return [{"role": role, "parts": [{"type": "text", "content": said}]}]


def last_message(value: Any) -> list[Message]:
    """The message that a run answers with: the last of those it gives."""
    return messages_of(value, "assistant")[-1:]


def output_message(message: Any, finish_reason: str | None) -> OutputMessage:
    """What a model says."""
    said: OutputMessage = {"role": "assistant", "parts": _message(message)["parts"]}
    if finish_reason is not None:
        said["finish_reason"] = finish_reason
    return said


def plain(value: Any) -> Any:
    """What a tool gives: the content of a message, the update of a command, a text's JSON; else the value."""
    if is_message(value):
        value = value.content
    elif is_command(value):
        value = value.update if value.resume is None else value.resume
    return parse_arguments(value) if isinstance(value, str) else value


def is_message(value: Any) -> bool:
    """Whether a value is one of LangChain's messages."""
    return hasattr(value, "content") and isinstance(getattr(value, "type", None), str)


def is_command(value: Any) -> bool:
    """Whether a value is LangGraph's instruction to go on somewhere."""
    return hasattr(value, "resume") and hasattr(value, "goto")


def _held(value: Any) -> Any:
    """What a state or a command holds in place of messages; None where the value is none."""
    if is_command(value):
        return value.update if value.resume is None else value.resume
    return value.get("messages") if isinstance(value, Mapping) else getattr(value, "messages", None)


def _speaks(value: Any) -> bool:
    """Whether a value is a message in one of the ways that LangChain takes them."""
    if isinstance(value, tuple):
        return len(value) == 2 and isinstance(value[0], str)  # noqa: PLR2004 - a role and what is said
    return is_message(value) or isinstance(value, str) or field(value, "role") is not None


def _turn(value: Any, role: str) -> Message:
    if is_message(value):
        return _message(value)
    content = value
    if not isinstance(value, str):
        role, content = value if isinstance(value, tuple) else (value["role"], value.get("content"))
    return {"role": _ROLES.get(role, role), "parts": content_parts(content)}


def _message(message: Any) -> Message:
    parts = content_parts(message.content)
    if message.type in _ANSWERS:
        parts = [_answer(message)]
    calls = [*items(getattr(message, "tool_calls", None)), *items(getattr(message, "invalid_tool_calls", None))]
    parts += [_call(call) for call in calls]
    role = text(getattr(message, "role", None)) or _ROLES.get(message.type, message.type)
    said: Message = {"role": role, "parts": parts}
    if name := text(getattr(message, "name", None)):
        said["name"] = name
    return said


def _answer(message: Any) -> Part:
    part: dict[str, Any] = {"type": "tool_call_response", "response": message.content}
    if call_id := text(getattr(message, "tool_call_id", None)):
        part["id"] = call_id
    return part


def _call(call: Mapping[str, Any]) -> Part:
    part: dict[str, Any] = {"type": "tool_call", "name": call.get("name") or "", "arguments": call.get("args")}
    if call.get("id"):
        part["id"] = call["id"]
    return part


def _form(value: Any) -> Any:
    """JSON for what stands inside a state."""
    return _message(value) if is_message(value) else repr(value)
