"""Models: what LlamaIndex tells of their calls, for those whose client nobody instruments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opentelemetry.trace import SpanKind

from verspan import semconv
from verspan.instrumentation.calls import Usage
from verspan.instrumentation.fields import fields, items, number, text
from verspan.instrumentation.model_calls import Account, Answer
from verspan.instrumentation.openai_json.usage import read_usage
from verspan.instrumentation.operations import Operation, OperationRun
from verspan.instrumentation.steps import Invocation
from verspan_llama_index._messages import messages_of

_PROVIDERS = {
    "azure_openai": "azure.ai.openai",
    "azureopenai": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "bedrock_converse": "aws.bedrock",
    "deepseek": "deepseek",
    "genai": "gcp.gen_ai",
    "gemini": "gcp.gemini",
    "google_genai": "gcp.gen_ai",
    "mistralai": "mistral_ai",
    "vertex": "gcp.vertex_ai",
}
"""By the names of LlamaIndex's classes, where the conventions have others."""
_UNKNOWN = "unknown"  # the model of those that do not say


class LLMAccount(Account):
    """What LlamaIndex tells of the calls of its models."""

    def operation(self, call: Invocation) -> Operation:
        """The call of a model, by what it says of itself."""
        model = call.instance
        metadata = model.metadata
        name = text(metadata.model_name)
        request_model = name if name != _UNKNOWN else None
        known = {
            semconv.GEN_AI_PROVIDER_NAME: _provider(model),
            semconv.GEN_AI_REQUEST_MODEL: request_model,
            semconv.GEN_AI_REQUEST_STREAM: "stream" in call.method.__name__ or None,
            semconv.GEN_AI_REQUEST_TEMPERATURE: number(getattr(model, "temperature", None)),
            semconv.GEN_AI_REQUEST_MAX_TOKENS: number(getattr(model, "max_tokens", None)),
        }
        told = {attribute: value for attribute, value in known.items() if value is not None}
        kind = "chat" if metadata.is_chat_model or "chat" in call.method.__name__ else "text_completion"
        return Operation(kind, request_model, told, SpanKind.CLIENT)

    def say(self, run: OperationRun, call: Invocation, answer: Answer) -> None:
        """Say what the model is asked, and what it answers: of a stream the last chunk, which holds all of it."""
        response = answer.chunks[-1] if answer.chunks else answer.result
        raw = _dumped(getattr(response, "raw", None))
        reason = _finish_reason(raw)
        run.set_attributes(
            {
                semconv.GEN_AI_RESPONSE_FINISH_REASONS: [reason or ("error" if response is None else "stop")],
                semconv.GEN_AI_RESPONSE_ID: text(raw.get("id")),
                semconv.GEN_AI_RESPONSE_MODEL: text(raw.get("model")),
                semconv.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK: answer.first_chunk_s,
            }
        )
        run.set_usage(_usage(raw, fields(getattr(response, "additional_kwargs", None))))
        if run.captures:
            run.say_input(messages_of(call.argument(0, "messages") or call.kwargs.get("prompt"), "user"))
            run.say_output(
                messages_of(getattr(response, "message", None) or getattr(response, "text", None), "assistant")
            )


def _provider(model: Any) -> str:
    name = str(model.class_name()).lower().removesuffix("_llm")
    return _PROVIDERS.get(name, name)


def _dumped(raw: Any) -> Mapping[str, Any]:
    """What the provider answered, as JSON, where LlamaIndex passes it on."""
    dump = getattr(raw, "model_dump", None)
    return fields(raw if dump is None else dump())


def _finish_reason(raw: Mapping[str, Any]) -> str | None:
    choices = [fields(choice) for choice in items(raw.get("choices"))] or [raw]
    told = (choices[0].get(name) for name in ("finish_reason", "stop_reason", "done_reason"))
    return next((reason for reason in told if isinstance(reason, str)), None)


def _usage(raw: Mapping[str, Any], extra: Mapping[str, Any]) -> Usage:
    """The provider's own account, or the counts that LlamaIndex found in it."""
    return read_usage(_dumped(raw.get("usage")) or extra)
