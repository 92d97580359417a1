"""What a request of the protocol says, whether it comes as JSON or as the SDK's model of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from verspan import semconv

CALL_TOOL: Final = "tools/call"
GET_PROMPT: Final = "prompts/get"
INITIALIZE: Final = "initialize"
_PING: Final = "ping"


def field(value: Any, name: str) -> Any:
    """A field of a JSON object or of a model; None where there is none."""
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)


@dataclass(frozen=True)
class Request:
    """One request, on either side."""

    method: str
    params: Any = None
    """A JSON object, the SDK's model of it, or None."""
    request_id: str | int | None = None
    """By JSON-RPC; None where it is not known when the request begins."""

    @property
    def is_tool_call(self) -> bool:
        """Whether a tool is called."""
        return self.method == CALL_TOOL

    @property
    def is_told(self) -> bool:
        """Whether it gets a span; a ping says nothing but that the connection stands."""
        return self.method != _PING

    @property
    def target(self) -> str | None:
        """The tool or the prompt that it names."""
        name = field(self.params, "name") if self.method in (CALL_TOOL, GET_PROMPT) else None
        return name if isinstance(name, str) else None

    @property
    def arguments(self) -> Any:
        """What the tool or the prompt is given."""
        return field(self.params, "arguments")

    def attributes(self) -> dict[str, Any]:
        """What is known of it, apart from its target."""
        uri = field(self.params, "uri")
        found = {
            semconv.JSONRPC_REQUEST_ID: None if self.request_id is None else str(self.request_id),
            semconv.MCP_RESOURCE_URI: None if uri is None else str(uri),
        }
        return {name: value for name, value in found.items() if value is not None}
