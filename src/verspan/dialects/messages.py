"""Messages of any dialect in the shape of the conventions.

Most dialects have messages as the provider's API has them, some take them apart into many attributes. Those are put
together again first, so that one reader serves all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from verspan.dialects.values import parsed
from verspan.instrumentation.calls import Reply
from verspan.instrumentation.fields import fields, items, text, texts
from verspan.instrumentation.openai_json.replies import read_reply
from verspan.instrumentation.openai_json.requests import read_message
from verspan.instrumentation.parts import text_parts
from verspan.traces.model import Attributes

Message = Mapping[str, Any]
Part = Mapping[str, Any]


class Asked(NamedTuple):
    """What a request says."""

    messages: Sequence[Message] = ()
    system_instructions: Sequence[Part] = ()
    tool_definitions: Sequence[Mapping[str, Any]] = ()


class Answered(NamedTuple):
    """What an answer says: a message and a reason for each choice."""

    messages: Sequence[Message] = ()
    finish_reasons: Sequence[str] = ()


def message_of(given: Any) -> dict[str, Any]:
    """A message of a provider's API, or of a client's, as the conventions have it."""
    own = fields(given)
    content = own.get("content")
    if isinstance(own.get("parts"), list) and content is None:
        return dict(own)
    if isinstance(content, list) and own.get("role") == "tool" and any(_is_result(part) for part in content):
        return {"role": "tool", "parts": [part_of(part) for part in content]}
    read = read_message({**own, "role": _ROLES.get(text(own.get("role")) or "", own.get("role"))})
    return {**read, "parts": [part_of(part) for part in read["parts"]]}


def messages_of(given: Any) -> list[dict[str, Any]]:
    """The messages of a list, or a text as a user's only one."""
    if isinstance(given, str):
        return [{"role": "user", "parts": [{"type": "text", "content": given}]}] if given else []
    return [message_of(one) for one in items(given) if isinstance(one, dict)]


_ROLES = {"human": "user", "ai": "assistant", "model": "assistant"}


def _is_result(part: Any) -> bool:
    return fields(part).get("type") in ("tool-result", "tool_result")


def part_of(part: Any) -> dict[str, Any]:
    """One typed part of a message by any dialect's types; one of an unknown type stays what it is."""
    own = fields(part)
    kind = text(own.get("type")) or ""
    if kind in ("tool_use", "tool-call", "function_call"):
        called = own.get("id") if kind == "tool_use" else own.get("toolCallId", own.get("call_id"))
        return tool_call(own.get("name", own.get("toolName")), _first(own, "input", "args", "arguments"), called)
    if kind in ("tool_result", "tool-result", "function_call_output"):
        called = _first(own, "tool_use_id", "toolCallId", "call_id")
        return tool_response(_plain_result(_first(own, "content", "output", "result")), called)
    if kind in ("input_text", "output_text") or (kind == "text" and "text" in own):
        return {"type": "text", "content": text(own.get("text")) or ""}
    if kind in ("thinking", "reasoning") and "content" not in own:
        return {"type": "reasoning", "content": _first(own, "thinking", "text") or ""}
    return dict(own)


def tool_call(name: Any, arguments: Any, call_id: Any) -> dict[str, Any]:
    """A model asking for a tool; arguments that are JSON text are what it means."""
    part: dict[str, Any] = {"type": "tool_call", "name": text(name) or ""}
    if isinstance(call_id, str):
        part["id"] = call_id
    if arguments not in (None, ""):
        part["arguments"] = parsed(arguments)
    return part


def tool_response(response: Any, call_id: Any) -> dict[str, Any]:
    """What a tool answered."""
    part: dict[str, Any] = {"type": "tool_call_response", "response": response}
    return {**part, "id": call_id} if isinstance(call_id, str) else part


def _plain_result(result: Any) -> Any:
    """A tool's result without the AI SDK's, or Anthropic's, wrapping of text."""
    if fields(result).get("type") in ("text", "json"):
        return result.get("value", result.get("text"))
    said = [text(fields(part).get("text")) for part in items(result)]
    return said[0] if len(said) == 1 and said[0] is not None else result


def _first(own: Mapping[str, Any], *names: str) -> Any:
    return next((own[name] for name in names if own.get(name) is not None), None)


def definition_of(tool: Any) -> dict[str, Any] | None:
    """A tool that is offered, by OpenAI's, Anthropic's or the AI SDK's shape; None for what has no name."""
    own = fields(parsed(tool))
    named = fields(own.get("function")) or own
    if not isinstance(named.get("name"), str):
        return None
    found: dict[str, Any] = {"type": text(own.get("type")) or "function", "name": named["name"]}
    if isinstance(named.get("description"), str):
        found["description"] = named["description"]
    parameters = _first(named, "parameters", "input_schema", "inputSchema", "parameters_json_schema")
    return found if parameters is None else {**found, "parameters": parsed(parameters)}


def definitions_of(tools: Any) -> list[dict[str, Any]]:
    """The tools of a list."""
    return [found for tool in items(tools) if (found := definition_of(tool)) is not None]


def asked_in(request: Any) -> Asked:
    """What a request of OpenAI's or Anthropic's API says, whichever endpoint it is for."""
    own = fields(request)
    given = own.get("messages")
    messages = messages_of(given) if isinstance(given, list) else list(_input_items(own.get("input")))
    system = own.get("system", own.get("instructions"))
    said = texts(system) or [one for part in items(system) if (one := text(fields(part).get("text")))]
    return Asked(messages, text_parts(said), definitions_of(own.get("tools")))


def answered_in(response: Any) -> Answered:
    """What an answer of OpenAI's or Anthropic's API says."""
    own = fields(response)
    if isinstance(own.get("choices"), list):
        reply = Reply()
        read_reply(own, reply)
        return Answered(reply.output_messages(), reply.finish_reasons(len(reply.choices)) if reply.choices else ())
    if isinstance(own.get("output"), list):
        return _output(own["output"])
    if own.get("role") == "assistant" and isinstance(own.get("content"), (str, list)):
        reason = text(own.get("stop_reason")) or ""
        return finished([message_of({"role": "assistant", "content": own["content"]})], reason)
    return Answered()


def finished(messages: Sequence[dict[str, Any]], *reasons: str) -> Answered:
    """Messages with the reasons that are known for them, one each."""
    known = [reason for reason in reasons if reason]
    if len(known) != len(messages):
        return Answered(messages)
    return Answered([{**one, "finish_reason": reason} for one, reason in zip(messages, known, strict=True)], known)


def _output(output: Sequence[Any]) -> Answered:
    """The items of an answer of the responses endpoint are one message."""
    parts = [part for message in _input_items(output) for part in message["parts"]]
    called = any(part["type"] == "tool_call" for part in parts)
    message = {"role": "assistant", "parts": parts}
    return finished([message], "tool_calls" if called else "stop") if parts else Answered()


def _input_items(given: Any) -> Iterator[dict[str, Any]]:
    if isinstance(given, (str, bytes)):
        yield from messages_of(given)
    for item in map(fields, items(given)):
        if isinstance(item.get("role"), str):
            yield message_of(item)
        elif isinstance(item.get("type"), str):
            role = "tool" if item["type"].endswith("_output") else "assistant"
            yield {"role": role, "parts": [_item_part(item)]}


def _item_part(item: Mapping[str, Any]) -> dict[str, Any]:
    if item["type"] == "reasoning":
        said = [text(fields(one).get("text")) or "" for one in items(item.get("summary"))]
        return {"type": "reasoning", "content": "\n".join(said)}
    return part_of(item)


def put_together(attributes: Attributes, prefix: str) -> list[Any]:
    """The list that a dialect has taken apart into attributes such as ``prefix0.role`` and ``prefix1.calls.0.name``.

    Args:
        attributes: the span's.
        prefix: what the names of the list begin with, the point before the number included.
    """
    root: dict[str, Any] = {}
    for name, value in attributes.items():
        if name.startswith(prefix):
            _put(root, name[len(prefix) :].split("."), value)
    return _as_lists(root) if _is_list(root) else []


def _put(into: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for step in path[:-1]:
        inner = into.get(step)
        if not isinstance(inner, dict):
            inner = into[step] = {}
        into = inner
    into[path[-1]] = value


def _is_list(value: Mapping[str, Any]) -> bool:
    return bool(value) and all(key.isdecimal() for key in value)


def _as_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if _is_list(value):
        return [_as_lists(value[key]) for key in sorted(value, key=int)]
    return {key: _as_lists(inner) for key, inner in value.items()}


def nothing_for_none(found: Iterable[Any]) -> list[Any] | None:
    """A list; None for an empty one, which a reading gives for what a span does not say."""
    return list(found) or None
