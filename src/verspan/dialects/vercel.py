"""Vercel's AI SDK: ``ai.*``, with an outer span of the whole and an inner one of each call of a model.

Input tokens include cached ones, but for those of Anthropic before version 6, which counted neither what was read from
the cache nor what was written to it. https://ai-sdk.dev/docs/ai-sdk-core/telemetry
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from verspan import semconv
from verspan.dialects.messages import definition_of, message_of, messages_of, nothing_for_none, tool_call
from verspan.dialects.table import Dialect, Entry, Reading
from verspan.dialects.values import (
    exception_type,
    filled_text,
    only_one,
    parsed,
    positive_number,
    provider,
    said,
    said_in_json,
    seconds_of,
    text_list,
    whole_number,
)
from verspan.instrumentation.fields import fields, integer, items
from verspan.traces.model import SpanRecord

_OPERATION: Final = "ai.operationId"
_CACHED: Final = "ai.usage.cachedInputTokens"
_TEXT: Final = "ai.response.text"
_REASON: Final = "ai.response.finishReason"
_OUTER: Final = frozenset({"ai.generateText", "ai.streamText", "ai.generateObject", "ai.streamObject"})
_OPERATIONS: Final[Mapping[str, str]] = {
    **dict.fromkeys(_OUTER, "invoke_agent"),
    **{f"{outer}.doGenerate": "chat" for outer in _OUTER},
    **{f"{outer}.doStream": "chat" for outer in _OUTER},
    **dict.fromkeys(("ai.embed", "ai.embedMany", "ai.embed.doEmbed", "ai.embedMany.doEmbed"), "embeddings"),
    "ai.toolCall": "execute_tool",
}


def _operation(value: Any) -> str | None:
    return _OPERATIONS.get(value) if isinstance(value, str) else None


def _agent(span: SpanRecord, theirs: str) -> str | None:
    outer = span.attributes.get(_OPERATION) in _OUTER
    return filled_text(span.attributes.get(theirs)) if outer else None


def _input_tokens(span: SpanRecord, theirs: str) -> int | None:
    """All input tokens, also where the cached ones were counted beside them."""
    count = integer(span.attributes.get(theirs))
    beside = integer(span.attributes.get(_CACHED)) or 0
    counts_apart = str(span.attributes.get("ai.model.provider")).startswith("anthropic")
    knows_better = "ai.usage.inputTokenDetails.noCacheTokens" in span.attributes
    return count + beside if count is not None and counts_apart and not knows_better else count


def _prompt_messages(span: SpanRecord, theirs: str) -> list[Any] | None:
    return nothing_for_none(messages_of(parsed(span.attributes.get(theirs))))


def _prompt(span: SpanRecord, theirs: str) -> list[Any] | None:
    prompt = fields(parsed(span.attributes.get(theirs)))
    system = [message_of({"role": "system", "content": prompt["system"]})] if prompt.get("system") else []
    return nothing_for_none([*system, *messages_of(prompt.get("messages", prompt.get("prompt")))])


def _answer(span: SpanRecord, theirs: str) -> list[Any] | None:  # noqa: ARG001 - a reading's signature
    get = span.attributes.get
    said_text = filled_text(get(_TEXT)) or filled_text(get("ai.response.object"))
    parts: list[dict[str, Any]] = []
    if reasoning := filled_text(get("ai.response.reasoning")):
        parts.append({"type": "reasoning", "content": reasoning})
    if said_text:
        parts.append({"type": "text", "content": said_text})
    parts += [_call(fields(one)) for one in items(parsed(get("ai.response.toolCalls")))]
    reason = filled_text(get(_REASON))
    message: dict[str, Any] = {"role": "assistant", "parts": parts}
    return [{**message, "finish_reason": reason} if reason else message] if parts else None


def _call(own: Mapping[str, Any]) -> dict[str, Any]:
    return tool_call(own.get("toolName"), own.get("input", own.get("args")), own.get("toolCallId"))


def _tools(span: SpanRecord, theirs: str) -> list[Any] | None:
    tools = span.attributes.get(theirs)
    listed: Sequence[Any] = tools if isinstance(tools, (list, tuple)) else items(parsed(tools))
    return nothing_for_none(found for tool in listed if (found := definition_of(tool)) is not None)


def _embedded(span: SpanRecord, theirs: str) -> list[Any] | None:
    value = span.attributes.get(theirs)
    listed = value if isinstance(value, (list, tuple)) else [value]
    return nothing_for_none(message for one in listed for message in messages_of(parsed(one)))


def _metadata(name: str, ours: str) -> Entry:
    return Entry(ours, f"ai.telemetry.metadata.{name}", said(filled_text))


def _setting(name: str, ours: str) -> Entry:
    return Entry(ours, f"ai.settings.{name}")


def _whole(*names: str) -> Reading:
    """Reads a count, or the first of some others where the span has not the one."""

    def read(span: SpanRecord, theirs: str) -> int | None:
        found = (whole_number(span.attributes.get(name)) for name in (theirs, *names))
        return next((count for count in found if count is not None), None)

    return read


VERCEL: Final = Dialect(
    "Vercel AI SDK",
    (
        Entry(semconv.GEN_AI_OPERATION_NAME, _OPERATION, said(_operation)),
        Entry(semconv.GEN_AI_PROVIDER_NAME, "ai.model.provider", said(provider)),
        Entry(semconv.GEN_AI_REQUEST_MODEL, "ai.model.id"),
        Entry(semconv.GEN_AI_RESPONSE_MODEL, "ai.response.model"),
        Entry(semconv.GEN_AI_RESPONSE_ID, "ai.response.id"),
        Entry(semconv.GEN_AI_RESPONSE_FINISH_REASONS, _REASON, said(only_one)),
        Entry(semconv.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK, "ai.response.msToFirstChunk", said(seconds_of)),
        Entry(semconv.GEN_AI_USAGE_INPUT_TOKENS, "ai.usage.inputTokens", _input_tokens, replaces=True),
        Entry(semconv.GEN_AI_USAGE_INPUT_TOKENS, "ai.usage.promptTokens", _whole("ai.usage.tokens")),
        Entry(semconv.GEN_AI_USAGE_OUTPUT_TOKENS, "ai.usage.outputTokens", _whole("ai.usage.completionTokens")),
        Entry(semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS, _CACHED, said(positive_number)),
        Entry(
            semconv.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
            "ai.usage.inputTokenDetails.cacheWriteTokens",
            said(positive_number),
        ),
        Entry(semconv.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS, "ai.usage.reasoningTokens", said(positive_number)),
        _setting("temperature", semconv.GEN_AI_REQUEST_TEMPERATURE),
        _setting("topP", semconv.GEN_AI_REQUEST_TOP_P),
        _setting("topK", semconv.GEN_AI_REQUEST_TOP_K),
        _setting("frequencyPenalty", semconv.GEN_AI_REQUEST_FREQUENCY_PENALTY),
        _setting("presencePenalty", semconv.GEN_AI_REQUEST_PRESENCE_PENALTY),
        _setting("seed", semconv.GEN_AI_REQUEST_SEED),
        _setting("maxOutputTokens", semconv.GEN_AI_REQUEST_MAX_TOKENS),
        _setting("maxTokens", semconv.GEN_AI_REQUEST_MAX_TOKENS),
        Entry(semconv.GEN_AI_REQUEST_STOP_SEQUENCES, "ai.settings.stopSequences", said(text_list)),
        Entry(semconv.GEN_AI_INPUT_MESSAGES, "ai.prompt.messages", _prompt_messages),
        Entry(semconv.GEN_AI_INPUT_MESSAGES, "ai.prompt", _prompt),
        Entry(semconv.GEN_AI_INPUT_MESSAGES, "ai.value", _embedded),
        Entry(semconv.GEN_AI_INPUT_MESSAGES, "ai.values", _embedded),
        Entry(semconv.GEN_AI_OUTPUT_MESSAGES, _TEXT, _answer),
        Entry(semconv.GEN_AI_TOOL_DEFINITIONS, "ai.prompt.tools", _tools),
        Entry(semconv.GEN_AI_TOOL_NAME, "ai.toolCall.name"),
        Entry(semconv.GEN_AI_TOOL_CALL_ID, "ai.toolCall.id"),
        Entry(semconv.GEN_AI_TOOL_CALL_ARGUMENTS, "ai.toolCall.args", said_in_json()),
        Entry(semconv.GEN_AI_TOOL_CALL_RESULT, "ai.toolCall.result", said_in_json()),
        Entry(semconv.GEN_AI_AGENT_NAME, "ai.telemetry.functionId", _agent),
        _metadata("sessionId", semconv.SESSION_ID),
        _metadata("userId", semconv.USER_ID),
        Entry(semconv.ERROR_TYPE, "exception.type", exception_type),
    ),
    names=frozenset({_OPERATION, "ai.model.id"}),
)
