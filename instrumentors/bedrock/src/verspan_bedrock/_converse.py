"""Converse, which asks every model in the same way, whole or as a stream of events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verspan.instrumentation.calls import CallInput, Choice, Reply, Request, Usage
from verspan.instrumentation.fields import field, fields, integer, number, text
from verspan.instrumentation.parameters import assigned, extra, read_parameters, stop_sequences
from verspan.semconv import AWS_BEDROCK_GUARDRAIL_ID
from verspan_bedrock import _blocks
from verspan_bedrock._client import ClientAdapter
from verspan_bedrock._reasons import finish_reason


class ConverseAdapter(ClientAdapter):
    """Takes Converse and ConverseStream; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    name = "bedrock.converse"
    operations = ("Converse", "ConverseStream")
    content = ("messages", "system", "toolConfig", "promptVariables", "requestMetadata")

    def operation_name(self, name: str, parameters: Mapping[str, Any]) -> str:  # noqa: ARG002 - as its base has it
        """A chat."""
        return "chat"

    def read_request(self, body: Any) -> Request:
        """The parameters of a request."""
        request = read_parameters(field(body, "inferenceConfig"), PARAMETERS, Request())
        read_parameters(field(body, "additionalModelRequestFields"), PARAMETERS, request)
        return read_parameters(body, _GUARDED, request)

    def read_input(self, body: Any) -> CallInput:
        """The messages, instructions and tools of a request."""
        return _blocks.read_input(body)

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from a whole answer, or add an event to it."""
        read_reply(fields(body), reply)


def read_reply(own: Mapping[str, Any], reply: Reply) -> None:
    """Read a whole answer of Converse, or one event of its stream.

    Args:
        own: its JSON object.
        reply: the reply to fill.
    """
    choice = reply.choice(0)
    for name in ("messageStart", "contentBlockStart", "contentBlockDelta"):
        if name in own and reply.capture_content:
            _read_piece(fields(own[name]), choice)
    message = fields(field(own.get("output"), "message"))
    if message and reply.capture_content:
        choice.role = text(message.get("role")) or choice.role
        choice.parts = _blocks.content_parts(message.get("content"))
    reason = text(own.get("stopReason")) or text(field(own.get("messageStop"), "stopReason"))
    if reason is not None:
        choice.finish_reason = finish_reason(reason)
    usage = own.get("usage") or field(own.get("metadata"), "usage")
    if usage is not None:
        reply.usage = read_usage(usage)


def read_usage(usage: Any) -> Usage:
    """Tokens as Converse counts them: what a cache had to do with apart from the rest of the input."""
    own = fields(usage)
    read, written = integer(own.get("cacheReadInputTokens")), integer(own.get("cacheWriteInputTokens"))
    fresh = integer(own.get("inputTokens"))
    return Usage(
        input_tokens=None if fresh is None else fresh + (read or 0) + (written or 0),
        output_tokens=integer(own.get("outputTokens")),
        cache_read_input_tokens=read,
        cache_write_input_tokens=written,
    )


def _read_piece(event: Mapping[str, Any], choice: Choice) -> None:
    choice.role = text(event.get("role")) or choice.role
    piece, index = fields(event.get("start") or event.get("delta")), integer(event.get("contentBlockIndex")) or 0
    if said := text(piece.get("text")):
        choice.text.append(said)
    if thought := text(field(piece.get("reasoningContent"), "text")):
        choice.reasoning.append(thought)
    if tool := fields(piece.get("toolUse")):
        call = choice.tool_call(index)
        call.id = text(tool.get("toolUseId")) or call.id
        call.name = text(tool.get("name")) or call.name
        if arguments := text(tool.get("input")):
            call.arguments.append(arguments)


PARAMETERS = {
    **dict.fromkeys(
        ("maxTokens", "max_tokens", "max_new_tokens", "maxTokenCount", "max_gen_len", "max_tokens_to_sample"),
        assigned("max_tokens", integer),
    ),
    "temperature": assigned("temperature", number),
    **dict.fromkeys(("topP", "top_p", "p"), assigned("top_p", number)),
    **dict.fromkeys(("topK", "top_k", "k"), assigned("top_k", integer)),
    **dict.fromkeys(("stopSequences", "stop_sequences", "stop"), assigned("stop_sequences", stop_sequences)),
    "seed": assigned("seed", integer),
    "reasoning_effort": assigned("reasoning_level", text),
}
"""What reads a parameter, by the names that models have for it."""
_GUARDED = {
    "guardrailConfig": extra(AWS_BEDROCK_GUARDRAIL_ID, lambda value: text(field(value, "guardrailIdentifier"))),
}
