"""A model behind a local server: it fills in the fields that DSPy asks for, in the shape of OpenAI's chats."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.recordings.interactions import Interaction
from tests.recordings.replay import Received

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
    filled = "\n\n".join(f"[[ ## {name} ## ]]\n{_value(name, text)}" for name in wanted)
    return _sent(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": "gpt-4o-mini-2024-07-18",
            "choices": [{"index": 0, "message": _message(filled or "An answer"), "finish_reason": "stop"}],
            "usage": _USAGE,
        }
    )


def _value(name: str, text: str) -> str:
    is_over = "observation_0" in text
    values = {
        "next_tool_name": "finish" if is_over else "find_order",
        "next_tool_args": "{}" if is_over else json.dumps({"order": "4711"}),
        "completed": "",
    }
    return values.get(name, f"the {name}")


def _message(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def _sent(body: Any, status: int = 200) -> Interaction:
    kind = {"content-type": "application/json"}
    return Interaction("corpus/model", "model", "http://localhost/", {}, status, kind, json.dumps(body).encode())
