"""``generateContent`` and ``streamGenerateContent``: what models, chats and automatic function calling send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verspan.instrumentation.calls import CallInput, Reply, Request
from verspan.instrumentation.fields import field, fields, integer, items, number, text, texts
from verspan.instrumentation.parameters import Reader, assigned, read_choice_count, read_parameters, stop_sequences
from verspan_google_genai._adapting import RequestAdapter
from verspan_google_genai._client import Sent
from verspan_google_genai._contents import add_parts, definitions_of, messages_of, parts_of
from verspan_google_genai._usage import read_usage

_VERBS = ("generateContent", "streamGenerateContent")
_FILTERED = "content_filter"
_FINISH_REASONS = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    **dict.fromkeys(
        (
            "SAFETY",
            "RECITATION",
            "LANGUAGE",
            "BLOCKLIST",
            "PROHIBITED_CONTENT",
            "SPII",
            "IMAGE_SAFETY",
            "IMAGE_PROHIBITED_CONTENT",
            "IMAGE_RECITATION",
            "MODEL_ARMOR",
        ),
        _FILTERED,
    ),
}
"""By the API's names, those of the conventions; others are told in lower case."""


class GenerateContentAdapter(RequestAdapter):
    """Takes requests to generate content; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    name = "google-genai.generate_content"
    content = ("contents", "systemInstruction", "tools")

    def operation_of(self, asked: Sent) -> str | None:
        """``generate_content``, where that is asked for."""
        return "generate_content" if asked.verb in _VERBS else None

    def read_request(self, body: Any) -> Request:
        """The parameters of a request."""
        return read_parameters(field(body, "generationConfig"), _READERS, Request())

    def read_input(self, body: Any) -> CallInput:
        """The contents, the instructions and the tools of a request."""
        return CallInput(
            messages=messages_of(field(body, "contents")),
            system_instructions=parts_of(field(body, "systemInstruction")),
            tool_definitions=definitions_of(field(body, "tools")),
        )

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from a response, or add a chunk to it."""
        own = fields(body)
        for candidate in map(fields, items(own.get("candidates"))):
            _read_candidate(candidate, reply)
        if field(own.get("promptFeedback"), "blockReason") is not None:
            reply.choice(0).finish_reason = _FILTERED
        reply.response_id = text(own.get("responseId")) or reply.response_id
        reply.response_model = text(own.get("modelVersion")) or reply.response_model
        if own.get("usageMetadata"):  # each chunk has what was used up to then
            reply.usage = read_usage(own["usageMetadata"])


def _read_candidate(candidate: Mapping[str, Any], reply: Reply) -> None:
    choice = reply.choice(integer(candidate.get("index")) or 0)
    reason = text(candidate.get("finishReason"))
    if reason:
        choice.finish_reason = _FINISH_REASONS.get(reason, reason.lower())
    if reply.capture_content:
        add_parts(choice, candidate.get("content"))


def _read_mime_type(request: Request, value: Any) -> None:
    if request.output_type is None and text(value):
        request.output_type = "json" if value == "application/json" else "text"


def _read_modalities(request: Request, value: Any) -> None:
    asked = {modality.upper() for modality in texts(value)}
    for modality, output_type in (("IMAGE", "image"), ("AUDIO", "speech")):
        if modality in asked:
            request.output_type = output_type


def _whole(value: Any) -> int | None:
    """The API's ``topK`` is a number of any kind."""
    found = number(value)
    return None if found is None else int(found)


def _read_thinking(request: Request, value: Any) -> None:
    request.reasoning_level = text(field(value, "thinkingLevel"))


_READERS: Mapping[str, Reader] = {
    "candidateCount": read_choice_count,
    "maxOutputTokens": assigned("max_tokens", integer),
    "temperature": assigned("temperature", number),
    "topP": assigned("top_p", number),
    "topK": assigned("top_k", _whole),
    "frequencyPenalty": assigned("frequency_penalty", number),
    "presencePenalty": assigned("presence_penalty", number),
    "seed": assigned("seed", integer),
    "stopSequences": assigned("stop_sequences", stop_sequences),
    "responseMimeType": _read_mime_type,
    "responseModalities": _read_modalities,
    "thinkingConfig": _read_thinking,
}
