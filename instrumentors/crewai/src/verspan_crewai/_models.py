"""Model calls whose client nobody instruments: they get a span here, and no second one where a client has it.

CrewAI asks models through the clients of their providers, or through LiteLLM. Which of them is instrumented only shows
when the call is made, so its span is made when it is over, beginning when it began.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any, Final

from opentelemetry.context import Context, get_current
from opentelemetry.trace import SpanKind

from verspan import semconv
from verspan.instrumentation.calls import Usage
from verspan.instrumentation.expected_calls import ExpectedCall, expected_call
from verspan.instrumentation.guard import report
from verspan.instrumentation.operations import Operation, OperationRun
from verspan.instrumentation.steps import Invocation, StepReader
from verspan.instrumentation.telemetry import Telemetry
from verspan_crewai._saying import message, messages

_PROVIDERS: Final[Mapping[str, str]] = {
    "azure": "azure.ai.inference",
    "bedrock": "aws.bedrock",
    "aws": "aws.bedrock",
    "gemini": "gcp.gemini",
    "google": "gcp.gemini",
    "mistral": "mistral_ai",
}


class ModelCall:
    """A call of a model, which becomes a span at its end where no client's has begun below it."""

    def __init__(self, telemetry: Telemetry, call: Invocation) -> None:
        self._telemetry = telemetry
        self._call = call
        self._parent = get_current()
        self._started_at = perf_counter()
        self._answer: Any = None
        self.usage: Usage | None = None
        self.expected = ExpectedCall(self, self._parent)

    @property
    def context(self) -> Context:
        """The context that the call is made in."""
        return self.expected.context

    @property
    def captures(self) -> bool:
        """Whether its answer is to be kept: not where a client has told it."""
        return not self.expected.seen

    def take(self, answer: Any) -> None:
        """Keep the answer."""
        self._answer = answer

    def finish(self, failure: BaseException | None = None) -> None:
        """Give the call its span, where it has none."""
        try:
            if not self.expected.seen:
                self.expected.see()
                self._tell(failure)
        except Exception as error:  # noqa: BLE001 - the application goes on without the span
            report(error, "telling of a model call")

    def _tell(self, failure: BaseException | None) -> None:
        began = perf_counter() - self._started_at
        run = OperationRun(self._telemetry, _operation(self._call.instance), self._parent, started_ago_s=began)
        if run.captures:
            run.say_input(messages(self._call.argument(0, "messages")))
            if self._answer is not None:
                run.say_output([message("assistant", self._answer)])
        if self.usage is not None:
            run.set_usage(self.usage)
        run.finish(failure)


class ModelReader(StepReader[ModelCall]):
    """Reads ``call`` and ``acall`` of CrewAI's models."""

    def begin(self, telemetry: Telemetry, call: Invocation) -> ModelCall | None:
        """Expect the call; a model that passes it on to itself, or to the class it is made from, makes one."""
        outer = expected_call()
        if outer is not None and isinstance(outer.model, ModelCall) and outer.model._call.instance is call.instance:  # noqa: SLF001 - its own class
            return None
        return ModelCall(telemetry, call)

    def read_output(self, run: ModelCall, output: Any) -> None:
        """Keep the answer."""
        run.take(output)


class UsageCounting:
    """Around ``BaseLLM._track_token_usage_internal``, which is told the tokens of each call."""

    def __init__(self) -> None:
        self.active = True

    def __call__(self, wrapped: Callable[..., Any], _: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Keep them for the call, and count them as CrewAI does."""
        try:
            expected = expected_call() if self.active else None
            if expected is not None and isinstance(expected.model, ModelCall):
                expected.model.usage = _usage(args[0] if args else kwargs["usage_data"])
        except Exception as error:  # noqa: BLE001 - CrewAI counts all the same
            report(error, "reading the tokens of a model call")
        return wrapped(*args, **kwargs)


def _operation(model: Any) -> Operation:
    provider = str(getattr(model, "provider", None) or "_OTHER")
    name = str(model.model)
    attributes = {
        semconv.GEN_AI_PROVIDER_NAME: _PROVIDERS.get(provider, provider),
        semconv.GEN_AI_REQUEST_MODEL: name,
    }
    return Operation("chat", name, attributes, SpanKind.CLIENT)


def _usage(told: Mapping[str, Any]) -> Usage | None:
    def count(*names: str) -> int | None:
        return next((told[name] for name in names if isinstance(told.get(name), int)), None)

    usage = Usage(
        input_tokens=count("prompt_tokens", "input_tokens", "prompt_token_count"),
        output_tokens=count("completion_tokens", "output_tokens", "candidates_token_count"),
    )
    return None if usage.input_tokens is None and usage.output_tokens is None else usage
