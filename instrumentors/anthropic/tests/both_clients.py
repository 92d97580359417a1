"""An application that asks OpenAI and Anthropic in one function, and prints the spans of its trace.

Its argument is the address where both are served.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import anthropic
import openai

import verspan


@verspan.trace
def answer(address: str) -> None:
    """Ask both."""
    said: Any = {"role": "user", "content": "Where is parcel 4711?"}
    with openai.OpenAI(base_url=address, api_key="test-key") as client:
        client.chat.completions.create(model="gpt-4o-mini", messages=[said])
    with anthropic.Anthropic(base_url=address, api_key="test-key") as client:
        client.messages.create(model="claude-own-1", max_tokens=64, messages=[said])


verspan.set_active_model(name="both-1")
verspan.autolog()
answer(sys.argv[1])
trace = verspan.get_trace(verspan.get_last_active_trace_id() or "")
names = {kept.span.span_id: kept.span.name for kept in trace.spans}
found = {
    "spans": [[kept.span.name, names.get(kept.span.parent_span_id or "")] for kept in trace.spans],
    "tokens": [trace.summary.input_tokens, trace.summary.output_tokens],
    "version": trace.summary.model_name,
}
json.dump(found, sys.stdout)
