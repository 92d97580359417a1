"""What calls come to while they are made, in a process whose spans nobody but Verspan reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.processes import said

PROGRAM = """
import openai, verspan
from opentelemetry import trace
from opentelemetry.sdk.trace import SpanProcessor
from verspan.demo.api_server import DemoApi
from verspan.instrumentation.call_spans import InForce

verspan.openai.autolog()
if ADDED:
    trace.get_tracer_provider().add_span_processor(SpanProcessor())

with DemoApi() as api, openai.OpenAI(base_url=api.base_url, api_key="demo", max_retries=0) as client:

    def answer(question):
        messages = [{"role": "user", "content": question}]
        return client.chat.completions.create(model="gpt-4o-mini", messages=messages).choices[0].message.content

    result = verspan.evaluate([{"inputs": {"question": "Where is my parcel?"}}] * 2, answer, model_id="v1")

known = verspan.get_trace(result.rows[0].trace_id).summary
spent = result.rows[0].spent
print((spent.input_tokens, spent.output_tokens, spent.cost_usd) == (
    known.input_tokens, known.output_tokens, known.cost_usd))
print(result.spent.calls, spent.input_tokens > 0, spent.cost_usd > 0, InForce.maker is None)
"""


@pytest.mark.parametrize("added", ["False", "True"])
def test_call_spans(tmp_path: Path, added: str) -> None:
    """Calls are counted as the store counts them, and their spans are made as cheaply as before."""
    program = PROGRAM.replace("ADDED", added)
    assert said(program, tmp_path, VERSPAN_STORE=str(tmp_path / "store.db")) == ["True", f"2 True True {added}"]
