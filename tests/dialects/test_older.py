"""What no package emits any longer, or none that can be installed here: spans by hand in the older dialects."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import Any

import pytest

from verspan.dialects import normalising
from verspan.dialects.normalising import dialects_of, dialects_spoken, present_attributes
from verspan.dialects.table import Dialect, Entry
from verspan.semconv import (
    GEN_AI_INPUT_MESSAGES,
    GEN_AI_OPERATION_NAME,
    GEN_AI_OUTPUT_MESSAGES,
    GEN_AI_PROVIDER_NAME,
    GEN_AI_REQUEST_MODEL,
    GEN_AI_RESPONSE_FINISH_REASONS,
    GEN_AI_SYSTEM_INSTRUCTIONS,
    GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
    GEN_AI_USAGE_INPUT_TOKENS,
    GEN_AI_USAGE_OUTPUT_TOKENS,
    VERSPAN_ORIGINAL_PREFIX,
)
from verspan.store.conformance.records import START_NS, call, span
from verspan.traces.model import EventRecord, SpanRecord

QUESTION = [{"role": "user", "parts": [{"type": "text", "content": "Why?"}]}]
ANSWER = [{"role": "assistant", "parts": [{"type": "text", "content": "So."}]}]


def added(record: SpanRecord) -> dict[str, Any]:
    return dict(present_attributes(record, dialects_of(record, dialects_spoken(tuple(record.attributes)))))


def with_events(*events: tuple[str, dict[str, Any]]) -> SpanRecord:
    return span(events=[EventRecord(name, START_NS, attributes) for name, attributes in events])


def test_events_of_messages() -> None:
    """A message in an event of its own is one of the conversation, and a choice is an answer with its reason."""
    calls = [{"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"at": 1}'}}]
    record = with_events(
        ("gen_ai.user.message", {"content": "Why?"}),
        ("gen_ai.assistant.message", {"tool_calls": json.dumps(calls)}),
        ("gen_ai.tool.message", {"content": "there", "id": "c1"}),
        ("gen_ai.choice", {"index": 0, "finish_reason": "stop", "message": json.dumps({"content": "So."})}),
    )
    asked = [
        *QUESTION,
        {"role": "assistant", "parts": [{"type": "tool_call", "name": "look", "id": "c1", "arguments": {"at": 1}}]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "response": "there", "id": "c1"}]},
    ]
    assert added(record) == {
        GEN_AI_INPUT_MESSAGES: asked,
        GEN_AI_OUTPUT_MESSAGES: [{**ANSWER[0], "finish_reason": "stop"}],
        GEN_AI_RESPONSE_FINISH_REASONS: ["stop"],
    }


def test_events_of_content() -> None:
    """What was asked and answered as a whole in one event each is a message each."""
    record = with_events(
        ("gen_ai.content.prompt", {"gen_ai.prompt": json.dumps([{"role": "user", "content": "Why?"}])}),
        ("gen_ai.content.completion", {"gen_ai.completion": "So."}),
    )
    assert added(record) == {GEN_AI_INPUT_MESSAGES: QUESTION, GEN_AI_OUTPUT_MESSAGES: ANSWER}


def test_request_and_response_data() -> None:
    """Logfire's older spans say all that they know as the client's request and answer."""
    request = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Why?"}]}
    response = {
        "message": {"role": "assistant", "content": "So."},
        "usage": {"prompt_tokens": 3, "completion_tokens": 1},
    }
    told = {"request_data": json.dumps(request), "response_data": json.dumps(response)}
    assert added(span(attributes=told, scope_name="logfire.openai")) == {
        GEN_AI_OPERATION_NAME: "chat",
        GEN_AI_PROVIDER_NAME: "openai",
        GEN_AI_REQUEST_MODEL: "gpt-4o-mini",
        GEN_AI_USAGE_INPUT_TOKENS: 3,
        GEN_AI_USAGE_OUTPUT_TOKENS: 1,
        GEN_AI_INPUT_MESSAGES: QUESTION,
        GEN_AI_OUTPUT_MESSAGES: ANSWER,
    }


def test_events_in_an_attribute() -> None:
    """The first versions of pydantic-ai's spans have a list of events in an attribute."""
    events = [
        {"event.name": "gen_ai.user.message", "content": "Why?", "role": "user"},
        {"event.name": "gen_ai.choice", "index": 0, "message": {"role": "assistant", "content": "So."}},
    ]
    told = {"logfire.msg": "chat", "events": json.dumps(events)}
    assert added(span(attributes=told)) == {GEN_AI_INPUT_MESSAGES: QUESTION, GEN_AI_OUTPUT_MESSAGES: ANSWER}


def test_tokens_beside_cached_ones() -> None:
    """Where the AI SDK counted cached tokens beside the input they are added to it, and what came is kept, once."""
    told = {
        "ai.model.provider": "anthropic.messages",
        "ai.model.id": "claude-sonnet-4-5",
        "ai.usage.inputTokens": 10,
        "ai.usage.cachedInputTokens": 100,
        GEN_AI_USAGE_INPUT_TOKENS: 10,
    }
    record = span(attributes=told)
    present = added(record)
    assert present == {
        GEN_AI_PROVIDER_NAME: "anthropic",
        GEN_AI_REQUEST_MODEL: "claude-sonnet-4-5",
        VERSPAN_ORIGINAL_PREFIX + GEN_AI_USAGE_INPUT_TOKENS: 10,
        GEN_AI_USAGE_INPUT_TOKENS: 110,
        GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS: 100,
    }
    assert added(replace(record, attributes={**told, **present})) == {}


def test_prompt_with_instructions() -> None:
    """Anthropic's instructions, which stand beside the messages, are instructions."""
    inputs = {"model": "m", "system": [{"type": "text", "text": "Be brief."}], "messages": []}
    told = {"mlflow.spanType": '"CHAT_MODEL"', "mlflow.spanInputs": json.dumps(inputs)}
    assert added(span(attributes=told))[GEN_AI_SYSTEM_INSTRUCTIONS] == [{"type": "text", "content": "Be brief."}]


def test_present_conventions_speak_no_dialect() -> None:
    """A span in the present names is asked nothing."""
    assert dialects_spoken(tuple(call(gen_ai__system_instructions=[], gen_ai__input__messages=[]).attributes)) == ()


@pytest.mark.parametrize("value", [None, 7, "", "{", "[]", '{"messages": 7}', '["x"]', b"\xff", [1], {"a": 1}])
def test_anything(value: Any) -> None:
    """Whatever value stands where a dialect has text or JSON, nothing is raised and nothing is made up."""
    for dialect in normalising.DIALECTS:
        names = {entry.theirs.replace("*", "0.message.content") for entry in dialect.entries}
        present_attributes(span(attributes=dict.fromkeys(names, value), status_code="ERROR"), [dialect])


def test_unreadable(caplog: pytest.LogCaptureFixture) -> None:
    """A table that fails leaves the span as it came, and says so once."""

    def fail(record: SpanRecord, theirs: str) -> None:
        raise KeyError(theirs)

    broken = Dialect("Broken", [Entry(GEN_AI_OPERATION_NAME, "b", fail)])
    with caplog.at_level(logging.WARNING, "verspan.dialects"):
        assert [present_attributes(span(), [broken]) for _ in range(3)] == [{}, {}, {}]
    assert [record.getMessage() for record in caplog.records] == [
        "Attributes of Broken on a span cannot be read: it is kept as it came: KeyError('b')"
    ]
