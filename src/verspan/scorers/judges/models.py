"""The models that judges ask: by a URI as MLflow writes them, through a client, or by a function of the user's."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from opentelemetry.instrumentation.utils import suppress_instrumentation

from verspan import semconv
from verspan.scorers.identity import version_of
from verspan.scorers.judges.questions import Message
from verspan.tracing.by_hand import start_span

Call = Callable[[Sequence[Message], Mapping[str, Any]], "str | Awaitable[str]"]
"""Answers messages with a JSON object by a schema, as text: a function or a coroutine function."""


class RefusalError(RuntimeError):
    """The model declines to judge."""


class JudgeModel(ABC):
    """What answers a judge's questions."""

    name: str
    """Which model it is, as feedback names it."""
    is_asynchronous: bool
    """Whether answering waits for an event loop."""

    @property
    @abstractmethod
    def identity(self) -> Mapping[str, Any]:
        """What of it makes another judge of a judge, besides its name."""

    @abstractmethod
    async def answer(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> str:
        """What it says to messages: a JSON object by the schema, if all goes well.

        Raises:
            RefusalError: it declines.
            Exception: whatever a call may fail with.
        """


@dataclass(frozen=True)
class FunctionModel(JudgeModel):
    """A function of the user's; its calls are traced where it calls a client that is traced."""

    call: Call
    name: str

    @property
    def is_asynchronous(self) -> bool:  # type: ignore[override]  # known by looking
        """Whether it is a coroutine function."""
        method = getattr(self.call, "__call__", None)  # noqa: B004 - of an object, the kind is that of its method
        return inspect.iscoroutinefunction(self.call) or inspect.iscoroutinefunction(method)

    @property
    def identity(self) -> Mapping[str, Any]:
        """The function's version."""
        return {"call": version_of(self.call)}

    async def answer(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> str:
        """What the function returns."""
        answered = self.call(messages, schema)
        text: Any = await answered if inspect.isawaitable(answered) else answered
        if not isinstance(text, str):
            raise TypeError(f"{self.name} answered with {type(text).__name__}, and not with a text")
        return text


@dataclass(frozen=True)
class Reply:
    """What came of a call through a client."""

    text: str
    model: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    refusal: str | None = None


@dataclass(frozen=True)
class ClientModel(JudgeModel):
    """A provider's model through its own client. Each call is a span, whether or not the client is instrumented."""

    model: str
    client: Any
    parameters: Mapping[str, Any]
    """Arguments of the client's method, such as ``temperature``."""
    provider: ClassVar[str]
    """By its name in the GenAI conventions, and before ``:/`` in a URI."""
    asynchronous_client: ClassVar[str]
    """The name of the class of clients whose methods are waited for."""

    @property
    def name(self) -> str:  # type: ignore[override]  # made of two
        """The URI."""
        return f"{self.provider}:/{self.model}"

    @property
    def is_asynchronous(self) -> bool:  # type: ignore[override]  # known by looking
        """Whether the client is."""
        return any(kind.__name__ == self.asynchronous_client for kind in type(self.client).__mro__)

    @property
    def identity(self) -> Mapping[str, Any]:
        """The parameters."""
        return {"inference_params": dict(self.parameters)}

    async def answer(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> str:
        """What the model says, in a span of the call."""
        with start_span(f"chat {self.model}", "CHAT_MODEL", self._asked()) as span:
            span.set_inputs(messages)
            with suppress_instrumentation():  # what instruments the client would tell of the call a second time
                response = self.send(messages, schema)
                answered: Any = await response if inspect.isawaitable(response) else response
            reply = self.read(answered.model_dump())
            span.set_attributes(_told(reply))
            span.set_outputs(reply.refusal or reply.text)
            if reply.refusal is not None:
                raise RefusalError(reply.refusal)
        return reply.text

    @abstractmethod
    def send(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Any:
        """Ask, by the client: its response, or what is to be waited for."""

    @abstractmethod
    def read(self, response: Mapping[str, Any]) -> Reply:
        """What a response says, whose JSON this is."""

    def _asked(self) -> dict[str, Any]:
        known = {
            semconv.GEN_AI_REQUEST_TEMPERATURE: self.parameters.get("temperature"),
            semconv.GEN_AI_REQUEST_SEED: self.parameters.get("seed"),
        }
        return {
            semconv.GEN_AI_OPERATION_NAME: "chat",
            semconv.GEN_AI_PROVIDER_NAME: self.provider,
            semconv.GEN_AI_REQUEST_MODEL: self.model,
            **{name: value for name, value in known.items() if value is not None},
        }


def _told(reply: Reply) -> dict[str, Any]:
    found = {
        semconv.GEN_AI_RESPONSE_MODEL: reply.model,
        semconv.GEN_AI_USAGE_INPUT_TOKENS: reply.input_tokens,
        semconv.GEN_AI_USAGE_OUTPUT_TOKENS: reply.output_tokens,
    }
    return {name: value for name, value in found.items() if value is not None}
