"""Failures that a stream tells in a chunk."""

from __future__ import annotations

from typing import Any

import pytest

from verspan.instrumentation.calls import Reply, ToldFailure
from verspan_groq._adapters import ChatAdapter


@pytest.mark.parametrize(
    ("chunk", "told"),
    [
        ({"x_groq": {"id": "req_1", "error": "overloaded"}}, ToldFailure("stream_error", "overloaded")),
        (
            {"error": {"code": "tool_use_failed", "message": "no such tool"}},
            ToldFailure("tool_use_failed", "no such tool"),
        ),
        ({"error": {"type": "invalid_request_error"}}, ToldFailure("invalid_request_error")),
        ({"error": None, "x_groq": {"id": "req_1"}}, None),
    ],
)
def test_told(chunk: Any, told: ToldFailure | None) -> None:
    """An error in a chunk is a failure of the call, with the provider's code where it has one."""
    reply = Reply()
    ChatAdapter().read_reply(chunk, reply)
    assert reply.failure == told
