"""Chat models: what LangChain tells of their calls, for those whose client nobody instruments."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from inspect import isasyncgenfunction, isgeneratorfunction
from operator import add
from typing import Any

from opentelemetry.trace import SpanKind

from verspan import semconv
from verspan.instrumentation.calls import Usage
from verspan.instrumentation.fields import fields, integer, items, text
from verspan.instrumentation.model_calls import Account, Answer
from verspan.instrumentation.operations import Operation, OperationRun
from verspan.instrumentation.parts import definition
from verspan.instrumentation.steps import Invocation
from verspan_langchain._messages import messages_of, output_message

_PROVIDERS = {
    "amazon_bedrock": "aws.bedrock",
    "azure": "azure.ai.openai",
    "azure_ai": "azure.ai.inference",
    "google_anthropic_vertex": "gcp.vertex_ai",
    "google_genai": "gcp.gemini",
    "google_vertexai": "gcp.vertex_ai",
    "mistral": "mistral_ai",
    "mistralai": "mistral_ai",
    "moonshot": "moonshot_ai",
    "watsonx": "ibm.watsonx.ai",
    "xai": "x_ai",
}
"""By LangChain's names, where the conventions have others."""
_PARAMETERS = {
    "ls_temperature": semconv.GEN_AI_REQUEST_TEMPERATURE,
    "ls_max_tokens": semconv.GEN_AI_REQUEST_MAX_TOKENS,
    "ls_stop": semconv.GEN_AI_REQUEST_STOP_SEQUENCES,
}
_FINISH_REASONS = ("finish_reason", "stop_reason", "done_reason")
_IDS = ("id", "response_id", "message_id")
_MODELS = ("model_name", "model", "model_id")


class ChatModelAccount(Account):
    """What LangChain tells of the calls of chat models: the request by what it tells LangSmith of it."""

    def operation(self, call: Invocation) -> Operation:
        """The call of a model."""
        model = call.instance
        kwargs = {name: value for name, value in call.kwargs.items() if name != "run_manager"}
        known = model._get_ls_params(**kwargs)  # noqa: SLF001 - where models say who they are
        provider = text(known.get("ls_provider")) or "unknown"
        request_model = text(known.get("ls_model_name"))
        attributes = {
            semconv.GEN_AI_PROVIDER_NAME: _PROVIDERS.get(provider, provider),
            semconv.GEN_AI_REQUEST_MODEL: request_model,
            semconv.GEN_AI_REQUEST_STREAM: _streams(call) or None,
            **{attribute: known.get(name) for name, attribute in _PARAMETERS.items()},
        }
        told = {name: value for name, value in attributes.items() if value is not None}
        return Operation("chat", request_model, told, SpanKind.CLIENT)

    def say(self, run: OperationRun, call: Invocation, answer: Answer) -> None:
        """Say what the model is asked, and what it answers."""
        if run.captures:
            _say_request(run, call)
        _say_answer(run, _messages(answer), answer.first_chunk_s)

    def is_call(self, answer: Answer) -> bool:
        """Not where LangChain answered out of its own cache, for which it says that nothing is to be paid."""
        return all(_usage(message).get("total_cost") != 0 for message in _messages(answer))


def _say_request(run: OperationRun, call: Invocation) -> None:
    run.say_input(messages_of(call.argument(0, "input" if _streams(call) else "messages"), "user"))
    tools = [fields(tool) for tool in items(call.kwargs.get("tools"))]
    if tools:
        run.say_tools([definition("function", fields(tool.get("function")) or tool) for tool in tools])


def _say_answer(run: OperationRun, messages: list[Any], first_chunk_s: float | None) -> None:
    reasons = [_told(message, _FINISH_REASONS) for message in messages]
    first = messages[0] if messages else None
    run.set_attributes(
        {
            semconv.GEN_AI_RESPONSE_FINISH_REASONS: [reason or "error" for reason in reasons] or ["error"],
            semconv.GEN_AI_RESPONSE_MODEL: _told(first, _MODELS),
            semconv.GEN_AI_RESPONSE_ID: _told(first, _IDS),
            semconv.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK: first_chunk_s,
        }
    )
    for message in messages:
        if _usage(message):
            run.set_usage(_read_usage(_usage(message)))
    if run.captures and messages:
        run.say_output([output_message(*one) for one in zip(messages, reasons, strict=True)])


def _messages(answer: Answer) -> list[Any]:
    """One message for each choice."""
    if answer.chunks:
        return [reduce(add, answer.chunks)]
    return [one.message for one in items(getattr(answer.result, "generations", None))]


def _streams(call: Invocation) -> bool:
    return isgeneratorfunction(call.method) or isasyncgenfunction(call.method)


def _told(message: Any, names: tuple[str, ...]) -> str | None:
    """What the provider's metadata of a message says under the first of some names."""
    metadata = fields(getattr(message, "response_metadata", None))
    return next((found for name in names if (found := text(metadata.get(name)))), None)


def _usage(message: Any) -> Mapping[str, Any]:
    return fields(getattr(message, "usage_metadata", None))


def _read_usage(told: Mapping[str, Any]) -> Usage:
    asked, answered = fields(told.get("input_token_details")), fields(told.get("output_token_details"))
    return Usage(
        input_tokens=integer(told.get("input_tokens")),
        output_tokens=integer(told.get("output_tokens")),
        cache_read_input_tokens=integer(asked.get("cache_read")),
        cache_write_input_tokens=integer(asked.get("cache_creation")),
        reasoning_output_tokens=integer(answered.get("reasoning")),
        audio_input_tokens=integer(asked.get("audio")),
        audio_output_tokens=integer(answered.get("audio")),
    )
