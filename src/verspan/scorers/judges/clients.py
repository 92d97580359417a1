"""The clients through which judges ask on their own, and the URIs that name a model of theirs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar, Final

import orjson

from verspan.errors import InvalidArgumentError, MissingPackageError
from verspan.instrumentation.fields import field, integer, items, text
from verspan.scorers.judges.models import Call, ClientModel, FunctionModel, JudgeModel, Reply
from verspan.scorers.judges.questions import Message
from verspan.semconv import ENV_JUDGE_MODEL
from verspan.tracing.arguments import full_name

_NAME: Final = "judgement"
"""Of the schema, and of the tool that has it."""
_MOST_TOKENS: Final = 2048
"""Of an answer, where the API wants to be told."""


@dataclass(frozen=True)
class OpenAIModel(ClientModel):
    """A model behind ``chat.completions`` of the OpenAI client, or of any server that speaks that API.

    It is held to the schema by ``response_format`` (structured outputs,
    https://platform.openai.com/docs/guides/structured-outputs).
    """

    provider: ClassVar[str] = "openai"
    asynchronous_client: ClassVar[str] = "AsyncOpenAI"

    def send(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Any:
        """A chat completion."""
        by_schema = {"type": "json_schema", "json_schema": {"name": _NAME, "schema": schema, "strict": True}}
        return self.client.chat.completions.create(
            model=self.model, messages=list(messages), response_format=by_schema, **self.parameters
        )

    def read(self, response: Mapping[str, Any]) -> Reply:
        """The first choice of a completion."""
        message = field(next(iter(items(field(response, "choices"))), None), "message")
        usage = field(response, "usage")
        return Reply(
            text=text(field(message, "content")) or "",
            model=text(field(response, "model")),
            input_tokens=integer(field(usage, "prompt_tokens")),
            output_tokens=integer(field(usage, "completion_tokens")),
            refusal=text(field(message, "refusal")) or None,
        )


@dataclass(frozen=True)
class AnthropicModel(ClientModel):
    """A model behind ``messages`` of the Anthropic client.

    It is held to the schema by a tool that it has to call
    (https://docs.anthropic.com/en/docs/build-with-claude/tool-use).
    """

    provider: ClassVar[str] = "anthropic"
    asynchronous_client: ClassVar[str] = "AsyncAnthropic"

    def send(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Any:
        """A message."""
        return self.client.messages.create(
            model=self.model,
            system="\n\n".join(each["content"] for each in messages if each["role"] == "system"),
            messages=[each for each in messages if each["role"] != "system"],
            tools=[{"name": _NAME, "description": "Say what you find.", "input_schema": schema}],
            tool_choice={"type": "tool", "name": _NAME},
            **{"max_tokens": _MOST_TOKENS, **self.parameters},
        )

    def read(self, response: Mapping[str, Any]) -> Reply:
        """The call of the tool; what was said instead, where it was not called."""
        blocks = items(field(response, "content"))
        called = next((field(block, "input") for block in blocks if field(block, "type") == "tool_use"), None)
        said = "".join(text(field(block, "text")) or "" for block in blocks if field(block, "type") == "text")
        usage = field(response, "usage")
        return Reply(
            text=said if called is None else orjson.dumps(called).decode(),
            model=text(field(response, "model")),
            input_tokens=integer(field(usage, "input_tokens")),
            output_tokens=integer(field(usage, "output_tokens")),
            refusal=(said or "it declined") if field(response, "stop_reason") == "refusal" else None,
        )


@dataclass(frozen=True)
class _Provider:
    """Where models of a provider come from."""

    kind: type[ClientModel]
    package: str
    client: str
    """The class of clients of it that wait for their answers."""


_PROVIDERS: Final = {
    "openai": _Provider(OpenAIModel, "openai", "OpenAI"),
    "anthropic": _Provider(AnthropicModel, "anthropic", "Anthropic"),
}


def judge_model(model: str | None, call: Call | None, client: Any, parameters: Mapping[str, Any]) -> JudgeModel:
    """The model that a judge is to ask.

    Args:
        model: ``openai:/gpt-4o-mini``; what ``VERSPAN_JUDGE_MODEL`` says where it is None. Where there is a `call`,
        only a
            name for it.
        call: a function that answers instead.
        client: a client of the provider's to ask through, instead of one that is made as its environment says.
        parameters: arguments of the client's method.

    Raises:
        InvalidArgumentError: no model is named, or one of a provider that is not known, or its client lacks what its
            environment should say, such as a key.
        MissingPackageError: the provider's client is not installed.
    """
    if call is not None:
        if client is not None or parameters:
            raise InvalidArgumentError("a judge asks by its call alone: leave out client and inference_params")
        return FunctionModel(call, model or full_name(call))
    uri = model or os.environ.get(ENV_JUDGE_MODEL)
    if not uri:
        raise InvalidArgumentError(
            f"no model is named that is to judge: give model='openai:/gpt-4o-mini', or a call, or set {ENV_JUDGE_MODEL}"
        )
    name, _, of_provider = uri.partition(":/")
    provider = _PROVIDERS.get(name)
    if provider is None or not of_provider.strip("/"):
        raise InvalidArgumentError(
            f"model={uri!r} is no model that can be asked: write PROVIDER:/MODEL with a provider of "
            f"{', '.join(_PROVIDERS)}, or give a call, which asks any"
        )
    asked_through = _client(provider) if client is None else client
    return provider.kind(of_provider.strip("/"), asked_through, dict(parameters))


def _client(provider: _Provider) -> Any:
    try:
        package = import_module(provider.package)
    except ImportError as error:
        raise MissingPackageError(
            f"a judge of {provider.package} needs its client: pip install {provider.package}"
        ) from error
    try:
        return getattr(package, provider.client)()
    except Exception as error:
        raise InvalidArgumentError(
            f"no client of {provider.package} can be made for a judge: {error} Or give it one by client=…"
        ) from error
