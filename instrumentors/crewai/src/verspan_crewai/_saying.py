"""What CrewAI's objects say, in the shapes of the conventions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from verspan.instrumentation.messages import Message, Part, ToolDefinition
from verspan.instrumentation.operations import Operation, current_run


def is_inside(operation: Operation) -> bool:
    """Whether the innermost step is this one already: CrewAI repeats what failed, and calls itself, within it."""
    outer = current_run()
    if outer is None:
        return False
    around = outer.operation
    return (around.operation_name, around.name) == (operation.operation_name, operation.name)


def text_part(value: Any) -> Part:
    """A text, or anything else as its JSON."""
    return {"type": "text", "content": value if isinstance(value, str) else json.dumps(plain(value), default=repr)}


def message(role: str, value: Any) -> Message:
    """A message of one text."""
    return {"role": role, "parts": [text_part(value)]}


def messages(value: Any) -> list[Message]:
    """What a model is asked: one text, or messages in OpenAI's shape."""
    if isinstance(value, str):
        return [message("user", value)]
    return [message(str(each.get("role")), each.get("content") or "") for each in value or ()]


def plain(value: Any) -> Any:
    """A model of pydantic's as the JSON that it stands for, anything else as it is."""
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value


def tool_definitions(tools: Iterable[Any]) -> list[ToolDefinition]:
    """Tools that an agent may use."""
    return [_definition(tool) for tool in tools]


def _definition(tool: Any) -> ToolDefinition:
    definition: ToolDefinition = {"type": "function", "name": str(tool.name)}
    description = getattr(tool, "description", None)
    if isinstance(description, str):
        definition["description"] = description
    return definition


def documents(found: Any) -> list[dict[str, Any]]:
    """What a search in a knowledge base found."""
    return [dict(each) for each in found or () if isinstance(each, Mapping)]
