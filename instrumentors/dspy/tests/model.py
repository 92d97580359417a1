"""A model behind a local server: it fills in the fields that DSPy asks for, in the shape of OpenAI's chats."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.recordings.interactions import Interaction
from tests.recordings.replay import Received

_ABOUT = {"id": "chatcmpl-1", "created": 1_700_000_000, "model": "gpt-4o-mini-2024-07-18"}
_USAGE = {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25}


def answer(asked: Received) -> Interaction | None:
    """What the model answers; None where it is asked by another API."""
    if not asked.path.endswith("/chat/completions"):
        return None
    said = asked.json["messages"][-1]["content"]
    text = said if isinstance(said, str) else said[0]["text"]
    if "break" in text:
        return _sent({"error": {"message": "the parcel broke the model", "type": "invalid_request_error"}}, 400)
    wanted = re.findall(r"\[\[ ## (\w+) ## \]\]", text.partition("Respond with")[2])
    filled = "\n\n".join(f"[[ ## {name} ## ]]\n{_value(name, text)}" for name in wanted) or "An answer"
    if asked.json.get("stream"):
        return _streamed(filled)
    message = {"role": "assistant", "content": filled}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return _sent({**_ABOUT, "object": "chat.completion", "choices": [choice], "usage": _USAGE})


def _streamed(text: str) -> Interaction:
    half = len(text) // 2
    deltas = [{"role": "assistant", "content": text[:half]}, {"content": text[half:]}]
    choices = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    last = {"index": 0, "delta": {}, "finish_reason": "stop"}
    chunks = [{**_ABOUT, "object": "chat.completion.chunk", "choices": [choice]} for choice in [*choices, last]]
    usage = {**_ABOUT, "object": "chat.completion.chunk", "choices": [], "usage": _USAGE}
    body = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in [*chunks, usage]) + "data: [DONE]\n\n"
    kind = {"content-type": "text/event-stream"}
    return Interaction("corpus/model", "model", "http://localhost/", {}, 200, kind, body.encode())


def _value(name: str, text: str) -> str:
    is_over = "observation_0" in text
    values = {
        "next_tool_name": "finish" if is_over else "find_order",
        "next_tool_args": "{}" if is_over else json.dumps({"order": "4711"}),
        "completed": "",
    }
    return values.get(name, f"the {name}")


def _sent(body: Any, status: int = 200) -> Interaction:
    kind = {"content-type": "application/json"}
    return Interaction("corpus/model", "model", "http://localhost/", {}, status, kind, json.dumps(body).encode())
