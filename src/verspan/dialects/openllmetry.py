"""OpenLLMetry (Traceloop): ``gen_ai.prompt.0.content`` in its older versions, ``traceloop.*`` in all of them.

Prompt tokens include cached ones, those of Anthropic too. https://github.com/traceloop/openllmetry
"""

from __future__ import annotations

from typing import Any, Final

from verspan import semconv
from verspan.dialects.messages import definition_of, messages_of, nothing_for_none, put_together
from verspan.dialects.table import Dialect, Entry, Reading
from verspan.dialects.values import (
    by_word,
    exception_type,
    filled_text,
    parsed,
    positive_number,
    said,
    whole_number,
)
from verspan.instrumentation.fields import fields, items
from verspan.traces.model import SpanRecord

_KIND: Final = "traceloop.span.kind"
_NAME: Final = "traceloop.entity.name"
_REQUEST: Final = "llm.request.type"
_PROMPTS: Final = "gen_ai.prompt.*"
_ANSWERS: Final = "gen_ai.completion.*"
_OPERATIONS: Final = {"workflow": "invoke_workflow", "agent": "invoke_agent", "tool": "execute_tool"}
_REQUESTS: Final = {"chat": "chat", "completion": "text_completion", "embedding": "embeddings"}


def _request_type(span: SpanRecord, theirs: str) -> str | None:
    operation = by_word(_REQUESTS)(span.attributes.get(theirs))
    # Calls of Anthropic's messages are completions to it.
    return "chat" if operation == "text_completion" and "gen_ai.prompt.0.role" in span.attributes else operation


def _answer(span: SpanRecord, theirs: str) -> str | None:  # noqa: ARG001 - a reading's signature
    """Calls of the responses endpoint have messages and no type of request."""
    return "chat" if "gen_ai.completion.0.role" in span.attributes else None


def _messages(span: SpanRecord, theirs: str) -> list[Any] | None:
    listed = put_together(span.attributes, theirs.removesuffix("*"))
    return nothing_for_none(messages_of([_message(one) for one in listed]))


def _answers(span: SpanRecord, theirs: str) -> list[Any] | None:
    listed = put_together(span.attributes, theirs.removesuffix("*"))
    messages = messages_of([_message({"role": "assistant", **fields(one)}) for one in listed])
    reasons = [filled_text(fields(one).get("finish_reason")) for one in listed]
    told = zip(messages, reasons, strict=True)
    return nothing_for_none({**one, "finish_reason": reason} if reason else one for one, reason in told)


def _message(given: Any) -> dict[str, Any]:
    """A message as OpenAI's API has it: content that is no text was written as JSON, calls without their nesting."""
    own = fields(given)
    content = own.get("content")
    told = parsed(content) if isinstance(content, str) and content.startswith("[{") else content
    calls = [{"id": fields(one).get("id"), "function": one} for one in items(own.get("tool_calls"))]
    return {"role": own.get("role", "user"), **own, "content": told, "tool_calls": calls}


def _reasons(span: SpanRecord, theirs: str) -> list[str] | None:
    listed = put_together(span.attributes, theirs.removesuffix("*"))
    found = [filled_text(fields(one).get("finish_reason")) for one in listed]
    return nothing_for_none(found) if all(found) else None


def _tools(span: SpanRecord, theirs: str) -> list[Any] | None:
    listed = put_together(span.attributes, theirs.removesuffix("*"))
    return nothing_for_none(tool for one in listed if (tool := definition_of(one)) is not None)


def _of_kind(kind: str) -> Reading:
    return lambda span, theirs: span.attributes.get(theirs) if span.attributes.get(_KIND) == kind else None


def _tool_value(span: SpanRecord, theirs: str) -> Any:
    return parsed(_of_kind("tool")(span, theirs))


def _other_value(span: SpanRecord, theirs: str) -> Any:
    return None if span.attributes.get(_KIND) == "tool" else filled_text(span.attributes.get(theirs))


OPENLLMETRY: Final = Dialect(
    "OpenLLMetry",
    (
        Entry(semconv.GEN_AI_OPERATION_NAME, _REQUEST, _request_type),
        Entry(semconv.GEN_AI_OPERATION_NAME, _KIND, said(by_word(_OPERATIONS))),
        Entry(semconv.GEN_AI_OPERATION_NAME, "gen_ai.completion.0.role", _answer),
        Entry(semconv.GEN_AI_REQUEST_MAX_TOKENS, "llm.request.max_tokens", said(whole_number)),
        Entry(semconv.GEN_AI_REQUEST_FREQUENCY_PENALTY, "llm.frequency_penalty"),
        Entry(semconv.GEN_AI_REQUEST_PRESENCE_PENALTY, "llm.presence_penalty"),
        Entry(semconv.GEN_AI_REQUEST_REASONING_LEVEL, "gen_ai.request.reasoning_effort"),
        Entry(
            semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS, "gen_ai.usage.cache_read_input_tokens", said(positive_number)
        ),
        Entry(
            semconv.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
            "gen_ai.usage.cache_creation_input_tokens",
            said(positive_number),
        ),
        Entry(semconv.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS, "gen_ai.usage.reasoning_tokens", said(positive_number)),
        Entry(semconv.GEN_AI_INPUT_MESSAGES, _PROMPTS, _messages),
        Entry(semconv.GEN_AI_OUTPUT_MESSAGES, _ANSWERS, _answers),
        Entry(semconv.GEN_AI_RESPONSE_FINISH_REASONS, _ANSWERS, _reasons),
        Entry(semconv.GEN_AI_TOOL_DEFINITIONS, "llm.request.functions.*", _tools),
        Entry(semconv.OPENAI_RESPONSE_SYSTEM_FINGERPRINT, "gen_ai.openai.system_fingerprint"),
        Entry(semconv.GEN_AI_AGENT_NAME, _NAME, _of_kind("agent")),
        Entry(semconv.GEN_AI_WORKFLOW_NAME, _NAME, _of_kind("workflow")),
        Entry(semconv.GEN_AI_TOOL_NAME, _NAME, _of_kind("tool")),
        Entry(semconv.GEN_AI_TOOL_CALL_ARGUMENTS, "traceloop.entity.input", _tool_value),
        Entry(semconv.GEN_AI_TOOL_CALL_RESULT, "traceloop.entity.output", _tool_value),
        Entry(semconv.VERSPAN_INPUTS, "traceloop.entity.input", _other_value),
        Entry(semconv.VERSPAN_OUTPUTS, "traceloop.entity.output", _other_value),
        Entry(semconv.SESSION_ID, "traceloop.association.properties.session_id"),
        Entry(semconv.USER_ID, "traceloop.association.properties.user_id"),
        Entry(semconv.ERROR_TYPE, "exception.type", exception_type),
    ),
    names=frozenset({"llm.request.type", "gen_ai.usage.reasoning_tokens", "gen_ai.completion.0.role"}),
    prefixes=("traceloop.", "gen_ai.prompt.0.", "gen_ai.completion.0."),
)
