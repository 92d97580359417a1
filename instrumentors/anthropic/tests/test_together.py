"""Both clients in one application."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.recordings.replay import ReplayServer

from .asking import TESTS, corpus

_CHAT = {
    "id": "chatcmpl-own",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-4o-mini",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "In Bremen."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8},
}


def test_one_trace(server: ReplayServer, tmp_path: Path) -> None:
    """With ``verspan.autolog()`` alone the calls of both are spans of one trace and one version, counted once."""
    pytest.importorskip("openai", reason="the OpenAI client is beside the newest one of Anthropic alone")
    message = corpus("messages")["stream, whole"]
    chat = replace(message, url="https://api.openai.com/chat/completions", body=json.dumps(_CHAT).encode())
    mount = server.mount([chat, message])
    asked = [sys.executable, str(TESTS / "both_clients.py"), mount.url]
    done = subprocess.run(asked, check=True, capture_output=True, text=True, cwd=tmp_path, timeout=100)
    assert json.loads(done.stdout) == {
        "spans": [["answer", None], ["chat gpt-4o-mini", "answer"], ["chat claude-own-1", "answer"]],
        "tokens": [147, 12],
        "version": "both-1",
    }
    assert not any("traceparent" in received.headers for received in mount.received)
