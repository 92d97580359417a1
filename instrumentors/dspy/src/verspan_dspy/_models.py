"""Models: what DSPy's history tells of a call, for those whose client nobody instruments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from opentelemetry.context import Context, create_key, get_value, set_value
from opentelemetry.trace import SpanKind

from verspan import semconv
from verspan.instrumentation import model_calls
from verspan.instrumentation.expected_calls import expected_call
from verspan.instrumentation.fields import items, number, text
from verspan.instrumentation.messages import OutputMessage
from verspan.instrumentation.openai_json.requests import read_message, tool_call_part
from verspan.instrumentation.openai_json.usage import read_usage
from verspan.instrumentation.operations import Operation, OperationRun
from verspan.instrumentation.parts import spoken, text_parts
from verspan.instrumentation.steps import Invocation
from verspan.instrumentation.telemetry import Telemetry

_TOLD = create_key("verspan.dspy.told")
_PROVIDERS = {
    "azure": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "gemini": "gcp.gemini",
    "google": "gcp.gemini",
    "mistral": "mistral_ai",
    "vertex_ai": "gcp.vertex_ai",
    "xai": "x_ai",
}
"""The conventions' names of those whom the prefix of a model calls otherwise."""
_SETTINGS = {
    "temperature": semconv.GEN_AI_REQUEST_TEMPERATURE,
    "top_p": semconv.GEN_AI_REQUEST_TOP_P,
    "max_tokens": semconv.GEN_AI_REQUEST_MAX_TOKENS,
}


@dataclass
class _Told:
    """What DSPy has said of a call that is under way."""

    entry: Mapping[str, Any] = field(default_factory=dict)
    """Of its history."""
    cached: bool = False
    """Whether nobody was asked."""


class _Call(model_calls.ModelCall):
    def __init__(self, telemetry: Telemetry, account: model_calls.Account, call: Invocation) -> None:
        super().__init__(telemetry, account, call)
        self.told = _Told()

    @property
    def context(self) -> Context:
        """The context that the model runs in, where what is said of the call is taken note of."""
        return set_value(_TOLD, self.told, super().context)

    def finish(self, failure: BaseException | None = None) -> None:
        """Give the call its span, where it has none, and let go of what was said, which a task left behind may keep."""
        super().finish(failure)
        self.told.entry = {}


class ModelReader(model_calls.ModelReader):
    """Reads calls of models."""

    def __init__(self) -> None:
        super().__init__(_History())

    def begin(self, telemetry: Telemetry, call: Invocation) -> model_calls.ModelCall | None:
        """Expect the call, and take note of what is said of it."""
        outer = expected_call()
        if outer is not None and outer.model is call.instance:
            return None
        return _Call(telemetry, self._account, call)

    def read_output(self, run: model_calls.ModelCall, output: Any) -> None:
        """Keep what the history says, which is more than what the application is given."""
        del output
        if isinstance(run, _Call):
            run.take(run.told)


class _History(model_calls.Account):
    def operation(self, call: Invocation) -> Operation:
        """The call of a model."""
        model = call.instance
        prefix, _, name = str(model.model).rpartition("/")
        provider = prefix.partition("/")[0]
        settings = {**model.kwargs, **call.kwargs}
        address = settings.get("api_base") or settings.get("base_url")
        attributes = {
            semconv.GEN_AI_PROVIDER_NAME: _PROVIDERS.get(provider, provider) or "openai",
            semconv.GEN_AI_REQUEST_MODEL: name,
            semconv.SERVER_ADDRESS: urlsplit(str(address or "")).hostname,
            **{attribute: number(settings.get(setting)) for setting, attribute in _SETTINGS.items()},
        }
        known = {attribute: value for attribute, value in attributes.items() if value is not None}
        operation = "text_completion" if model.model_type == "text" else "chat"
        return Operation(operation, name, known, SpanKind.CLIENT)

    def say(self, run: OperationRun, call: Invocation, answer: model_calls.Answer) -> None:
        """Say what the model is asked, and what it answers."""
        told = answer.result.entry if isinstance(answer.result, _Told) else {}
        if run.captures:
            asked = told.get("messages") or call.kwargs.get("messages")
            prompt = text(told.get("prompt")) or text(call.argument(0, "prompt")) or ""
            run.say_input([read_message(message) for message in items(asked)] or spoken("user", prompt))
            if outputs := items(told.get("outputs")):
                run.say_output([_output(output) for output in outputs])
        run.set_attributes({semconv.GEN_AI_RESPONSE_MODEL: text(told.get("response_model"))})
        run.set_usage(read_usage(_plain(told.get("usage"))))

    def is_call(self, answer: model_calls.Answer) -> bool:
        """Not where DSPy answered out of its cache."""
        return not (isinstance(answer.result, _Told) and answer.result.cached)


def note_history(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Take note of an entry of the history for the call that it is of; what wrapt calls in place of the history."""
    del instance
    told = _current()
    entry = args[0] if args else kwargs.get("entry")
    if told is not None and isinstance(entry, Mapping):
        told.entry = entry
        told.cached |= _is_kept(entry.get("response"))
    return wrapped(*args, **kwargs)


def note_cached(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Take note that an answer comes out of the cache; what wrapt calls in place of what reads it there."""
    del instance
    told = _current()
    if told is not None:
        told.cached = True
    return wrapped(*args, **kwargs)


def _is_kept(response: Any) -> bool:
    """Whether an answer comes out of the cache, which marks it, or in earlier releases empties its usage."""
    return bool(getattr(response, "cache_hit", False)) or getattr(response, "usage", None) == {}


def _current() -> _Told | None:
    found = get_value(_TOLD)
    return found if isinstance(found, _Told) else None


def _output(output: Any) -> OutputMessage:
    if not isinstance(output, dict):
        return {"role": "assistant", "parts": text_parts([str(output)])}
    calls = [tool_call_part(_plain(call)) for call in items(output.get("tool_calls"))]
    return {"role": "assistant", "parts": [*text_parts([text(output.get("text")) or ""]), *calls]}


def _plain(given: Any) -> Any:
    """The JSON object that an object of a client's stands for, and those in it."""
    if isinstance(given, Mapping):
        return {name: _plain(value) for name, value in given.items()}
    return given.model_dump() if hasattr(given, "model_dump") else given
