"""Spans without what differs between the SDK's versions."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from verspan import semconv
from verspan.testing import CapturedSpan

_DIFFERENT = (semconv.MCP_PROTOCOL_VERSION, semconv.JSONRPC_REQUEST_ID)
_ASIDE = (semconv.EXCEPTION_STACKTRACE,)


class Described(NamedTuple):
    """A span as tests compare it."""

    name: str
    kind: str
    parent: str | None
    status: tuple[str, str | None]
    attributes: dict[str, Any]
    """All but the method and those that every version of the SDK has in its own way."""
    content: dict[str, Any]


def described(spans: Iterable[CapturedSpan]) -> list[Described]:
    """The spans of requests."""
    return [_described(span) for span in spans if semconv.MCP_METHOD_NAME in span.attributes]


def _described(span: CapturedSpan) -> Described:
    left = dict(span.attributes)
    assert span.name.split()[0] == left.pop(semconv.MCP_METHOD_NAME)
    for name in _DIFFERENT:
        assert isinstance(left.pop(name, ""), str)
    content = {name: _plain(name, text) for name, text in span.content.items() if name not in _ASIDE}
    return Described(span.name, span.kind, span.parent, span.status, left, content)


def _plain(name: str, text: str) -> Any:
    if name not in semconv.CONTENT_ATTRIBUTES:
        return text
    value = json.loads(text)
    if name == semconv.GEN_AI_TOOL_CALL_RESULT:
        value.pop("structuredContent", None)  # which the oldest does not have
        if value.get("isError") is False:
            value.pop("isError")  # which the newest of them does not always say
    return value
