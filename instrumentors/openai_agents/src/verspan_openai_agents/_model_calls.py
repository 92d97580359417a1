"""Calls of models, as the SDK tells of them once they are over.

Where the client has an instrumentor, the call is its span, and what is told here goes to the agent alone: what it was
given first and what it answered last. Where it has none, this is the call's span.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from opentelemetry.trace import SpanKind

from verspan import semconv
from verspan.instrumentation.fields import fields, items, number, text
from verspan.instrumentation.messages import Message
from verspan.instrumentation.openai_json.usage import read_usage
from verspan.instrumentation.operations import Operation, OperationRun
from verspan.instrumentation.parts import text_parts
from verspan_openai_agents._items import read_items

_PROVIDERS = {
    "azure": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "gemini": "gcp.gemini",
    "mistral": "mistral_ai",
    "vertex_ai": "gcp.vertex_ai",
    "xai": "x_ai",
}
"""The conventions' names of those whom LiteLLM, in the prefix of a model, calls otherwise."""
_SETTINGS = {
    "temperature": semconv.GEN_AI_REQUEST_TEMPERATURE,
    "top_p": semconv.GEN_AI_REQUEST_TOP_P,
    "max_tokens": semconv.GEN_AI_REQUEST_MAX_TOKENS,
    "frequency_penalty": semconv.GEN_AI_REQUEST_FREQUENCY_PENALTY,
    "presence_penalty": semconv.GEN_AI_REQUEST_PRESENCE_PENALTY,
}


@dataclass(frozen=True)
class ModelCall:
    """A call that is over."""

    model: str | None
    settings: Mapping[str, Any]
    usage: Any
    asked: Any
    """Items or messages; None where the application has the SDK tell no data."""
    answer: Sequence[Any]
    instructions: str | None = None
    response: Mapping[str, Any] = field(default_factory=dict)
    """What the provider sent, as far as it is known."""

    def operation(self) -> Operation:
        """What its span begins with."""
        provider, _, _ = (self.model or "").rpartition("/")
        provider = provider.partition("/")[0]
        attributes = {
            semconv.GEN_AI_PROVIDER_NAME: _PROVIDERS.get(provider, provider) or "openai",
            semconv.GEN_AI_REQUEST_MODEL: self.model,
            semconv.SERVER_ADDRESS: urlsplit(str(self.settings.get("base_url") or "")).hostname,
            **{attribute: number(self.settings.get(name)) for name, attribute in _SETTINGS.items()},
        }
        known = {name: value for name, value in attributes.items() if value is not None}
        return Operation("chat", self.model, known, SpanKind.CLIENT)

    def record(self, run: OperationRun, failure: BaseException | None) -> None:
        """Tell the call's own span, and end it."""
        run.set_usage(read_usage(self.usage))
        own_id, model = text(self.response.get("id")), text(self.response.get("model"))
        run.set_attributes({semconv.GEN_AI_RESPONSE_ID: own_id, semconv.GEN_AI_RESPONSE_MODEL: model})
        if run.captures and self.asked is not None:
            self.say_input(run)
            self.say_output(run)
        run.finish(failure)

    def say_input(self, run: OperationRun, *, instructions: bool = True) -> None:
        """Say what the model was given, by its user and, unless that is nobody's affair, by its maker."""
        run.say_input(read_items(self.asked))
        if instructions and self.instructions:
            run.say_instructions(text_parts([self.instructions]))

    def say_output(self, run: OperationRun) -> None:
        """Say what it answered, where it did."""
        answered: list[Message] = read_items([_dumped(item) for item in self.answer])
        if answered:
            run.say_output(answered)


def read_model_call(data: Any) -> ModelCall:
    """Read the data of one of the SDK's spans, whichever API it called."""
    return _of_response(data) if data.type == "response" else _of_generation(data)


def _of_response(data: Any) -> ModelCall:
    response = _dumped(data.response)
    return ModelCall(
        text(response.get("model")),
        settings=response,
        usage=response.get("usage") or getattr(data, "usage", None),
        asked=data.input,
        answer=items(response.get("output")),
        instructions=text(response.get("instructions")),
        response=response,
    )


def _of_generation(data: Any) -> ModelCall:
    answer = list(data.output or ())
    first = fields(answer[0]) if answer else {}
    response = first if first.get("object") == "response" else {}  # what a stream of chunks has been made into
    return ModelCall(
        data.model,
        settings=data.model_config or {},
        usage=data.usage,
        asked=None if data.input is None else list(data.input),
        answer=items(response.get("output")) if response else answer,
        response=response,
    )


def _dumped(given: Any) -> Mapping[str, Any]:
    """The JSON object that an object of the client's stands for."""
    if given is None or isinstance(given, dict):
        return given or {}
    dumped: dict[str, Any] = given.model_dump(exclude_none=True)
    return dumped
