"""What a request was answered: results as JSON or as the SDK's models, and errors by JSON-RPC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from verspan.instrumentation.media import blob_part
from verspan_mcp._requests import field

_INVALID_PARAMS = -32602


@dataclass(frozen=True)
class RPCError:
    """An error object of JSON-RPC."""

    code: int
    message: str | None


def error_in(value: Any) -> RPCError | None:
    """The error that an exception of the SDK's carries, or that an answer is; None where it is something else."""
    told = getattr(value, "error", None) if isinstance(value, BaseException) else value
    code, message = getattr(told, "code", None), getattr(told, "message", None)
    if isinstance(code, int) and isinstance(message, str):
        return RPCError(code, message)
    kind = type(value)
    if kind.__qualname__ == "ValidationError" and kind.__module__.startswith("pydantic"):
        return RPCError(_INVALID_PARAMS, None)  # which is what the SDK answers
    return None


def is_tool_error(result: Any) -> bool:
    """Whether a tool's result says that the tool failed."""
    return True in (field(result, "isError"), field(result, "is_error"))


def tool_result(result: Any) -> dict[str, Any]:
    """What a tool gave, as JSON; images and sound above a few kilobytes are told by size and digest."""
    plain = as_json(result)
    found = {name: plain[name] for name in ("structuredContent", "isError") if plain.get(name) is not None}
    return {"content": [_block(block) for block in plain.get("content") or ()], **found}


def text_of(result: Any) -> str | None:
    """The texts of a tool's result, which tell what went wrong where it is an error."""
    texts = [block["text"] for block in as_json(result).get("content") or () if isinstance(block.get("text"), str)]
    return "\n".join(texts) or None


def as_json(result: Any) -> dict[str, Any]:
    """A result as the JSON object that it is on the wire."""
    if hasattr(result, "model_dump"):
        result = result.model_dump(by_alias=True, mode="json", exclude_none=True)
    return result if isinstance(result, dict) else {}


def _block(block: dict[str, Any]) -> Any:
    kind, data = block.get("type"), block.get("data")
    if isinstance(data, str) and (kind == "image" or kind == "audio"):  # noqa: PLR1714 - the type checker sees each
        return blob_part(kind, data, block.get("mimeType"))
    return block
