"""MLflow's attributes by the names of the conventions."""

from __future__ import annotations

from typing import Any

import pytest

from verspan import semconv
from verspan.mlflow_import.conventions import mapped_attributes, span_kind


@pytest.mark.parametrize(
    ("span_type", "kind", "expected"),
    [
        ("LLM", "CLIENT", {semconv.GEN_AI_OPERATION_NAME: "chat"}),
        ("EMBEDDING", "CLIENT", {semconv.GEN_AI_OPERATION_NAME: "embeddings"}),
        ("TOOL", "INTERNAL", {semconv.GEN_AI_OPERATION_NAME: "execute_tool", semconv.GEN_AI_TOOL_NAME: "find"}),
        ("AGENT", "INTERNAL", {semconv.GEN_AI_OPERATION_NAME: "invoke_agent", semconv.GEN_AI_AGENT_NAME: "find"}),
        ("CHAIN", "INTERNAL", {}),
    ],
)
def test_types(span_type: str, kind: str, expected: dict[str, Any]) -> None:
    """The type of a span says which operation it is; ours and MLflow's name have it as it was."""
    attributes = {"mlflow.spanType": span_type}
    own = {**attributes, semconv.VERSPAN_SPAN_TYPE: span_type}
    assert mapped_attributes("find", attributes) == {**own, **expected}
    assert span_kind(attributes) == kind


def chat(**inputs_and_outputs: Any) -> dict[str, Any]:
    """The attributes of a call of a model, mapped."""
    theirs = {f"mlflow.span{name.title()}": value for name, value in inputs_and_outputs.items()}
    return mapped_attributes("chat", {"mlflow.spanType": "CHAT_MODEL", **theirs})


def test_tools() -> None:
    """A model that asks for a tool, and the tool's answer, are parts of messages."""
    call = {"id": "c-1", "type": "function", "function": {"name": "find", "arguments": '{"number": 7}'}}
    asked = [
        {"role": "user", "content": [{"type": "text", "text": "Where?"}, {"type": "image_url", "image_url": "…"}]},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c-1", "content": "shipped"},
    ]
    choice = {"message": {"role": "assistant", "content": "Shipped."}, "finish_reason": None}
    mapped = chat(inputs={"messages": asked}, outputs={"choices": [choice]})
    assert mapped[semconv.GEN_AI_INPUT_MESSAGES] == [
        {
            "role": "user",
            "parts": [
                {"type": "text", "content": "Where?"},
                {"type": "unknown", "content": {"type": "image_url", "image_url": "…"}},
            ],
        },
        {
            "role": "assistant",
            "parts": [{"type": "tool_call", "id": "c-1", "name": "find", "arguments": {"number": 7}}],
        },
        {"role": "tool", "parts": [{"type": "tool_call_response", "response": "shipped", "id": "c-1"}]},
    ]
    assert mapped[semconv.GEN_AI_OUTPUT_MESSAGES] == [
        {"role": "assistant", "parts": [{"type": "text", "content": "Shipped."}], "finish_reason": "error"}
    ]


@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [
        ("a question", "an answer"),
        ({"messages": "none"}, {"choices": "none"}),
        ({"messages": [7]}, {"choices": [7]}),
        ({"messages": [{"role": 7}]}, {"choices": [{"message": None}]}),
        ([[{"role": "user"}]], None),
        ({"temperature": "warm"}, {"choices": []}),
    ],
)
def test_other_forms(inputs: Any, outputs: Any) -> None:
    """Inputs and outputs in a form that is not understood are kept as they are, and nothing is made of them."""
    mapped = chat(inputs=inputs, outputs=outputs)
    assert mapped.keys() == {
        "mlflow.spanType",
        semconv.VERSPAN_SPAN_TYPE,
        semconv.GEN_AI_OPERATION_NAME,
        semconv.VERSPAN_INPUTS,
        semconv.VERSPAN_OUTPUTS,
    }
