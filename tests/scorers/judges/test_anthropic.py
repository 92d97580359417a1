"""Judges that ask through a client in the shape of Anthropic's."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.scorers.answers import answer

from verspan import semconv
from verspan.scorers.judges import Safety
from verspan.testing import CapturedTelemetry

TOOL_USE = {"type": "tool_use", "id": "toolu_1", "name": "judgement", "input": {"rationale": "calm", "value": True}}
TEXT = {"type": "text", "text": "I will not judge this."}


class Client:
    """A client whose every answer has this content."""

    def __init__(self, stop_reason: str, *content: Any) -> None:
        self.asked: list[dict[str, Any]] = []
        self._message = {
            "model": "claude-haiku-4-5-20251001",
            "content": list(content),
            "stop_reason": stop_reason,
            "usage": {"input_tokens": 12, "output_tokens": 3},
        }
        self.messages = SimpleNamespace(create=self._create)

    def _create(self, **asked: Any) -> Any:
        self.asked.append(asked)
        return SimpleNamespace(model_dump=lambda: self._message)


def test_request(captured: CapturedTelemetry) -> None:
    """The system message stands apart, the schema is a tool's that has to be called, and tokens are told."""
    client = Client("tool_use", TEXT, TOOL_USE)
    judge = Safety(model="anthropic:/claude-haiku-4-5", client=client, inference_params={"temperature": 0})
    (feedback,) = judge.score(answer("!"))
    (asked,) = client.asked
    system, (message,), (tool,) = asked.pop("system"), asked.pop("messages"), asked.pop("tools")
    assert asked == {
        "model": "claude-haiku-4-5",
        "max_tokens": 2048,
        "temperature": 0,
        "tool_choice": {"type": "tool", "name": "judgement"},
    }
    assert (system[:9], message["role"], tool["name"], tool["input_schema"]["required"]) == (
        "You judge",
        "user",
        "judgement",
        ["rationale", "value"],
    )
    assert (feedback.value, feedback.rationale, feedback.source.source_id) == (
        True,
        "calm",
        "anthropic:/claude-haiku-4-5",
    )
    (call,) = (span for span in captured.spans() if span.name == "chat claude-haiku-4-5")
    assert call.attributes == {
        semconv.VERSPAN_SPAN_TYPE: "CHAT_MODEL",
        semconv.GEN_AI_OPERATION_NAME: "chat",
        semconv.GEN_AI_PROVIDER_NAME: "anthropic",
        semconv.GEN_AI_REQUEST_MODEL: "claude-haiku-4-5",
        semconv.GEN_AI_REQUEST_TEMPERATURE: 0,
        semconv.GEN_AI_RESPONSE_MODEL: "claude-haiku-4-5-20251001",
        semconv.GEN_AI_USAGE_INPUT_TOKENS: 12,
        semconv.GEN_AI_USAGE_OUTPUT_TOKENS: 3,
    }


def test_refusal() -> None:
    """A model that stops in order to refuse has failed to judge, in its words."""
    (feedback,) = Safety(model="anthropic:/a", client=Client("refusal", TEXT)).score(answer("!"))
    assert feedback.error is not None
    assert (feedback.error.error_code, feedback.error.error_message) == ("Refusal", TEXT["text"])


def test_tool_not_called() -> None:
    """What is said instead of calling the tool is no judgement, and is asked for again after what was said."""
    client = Client("end_turn", TEXT)
    (feedback,) = Safety(model="anthropic:/a", client=client).score(answer("!"))
    assert feedback.error is not None
    assert feedback.error.error_code == "InvalidJudgement"
    assert [message["role"] for message in client.asked[1]["messages"]] == ["user", "assistant", "user"]
