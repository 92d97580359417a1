"""A chat completion request as the local API server reads it, with the checks that the real API makes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verspan.demo.api_errors import bad_request, unknown_model
from verspan.demo.corpus import Model, load_corpus

_TOKEN_LIMITS = ("max_completion_tokens", "max_tokens")


@dataclass(frozen=True)
class ChatMessage:
    """One message, of what it says only the text."""

    role: str
    text: str
    calls: str = ""
    """The tool calls that it made, as JSON."""


@dataclass(frozen=True)
class ChatRequest:
    """What was asked, checked."""

    model: Model
    messages: tuple[ChatMessage, ...]
    tools: frozenset[str]
    """Names of the functions that may be called."""
    tools_json: str
    choice_count: int
    token_limit: int | None
    reasoning_effort: str
    stream: bool
    include_usage: bool

    @property
    def system_prompt(self) -> str:
        """What the system or developer messages say."""
        return "\n".join(message.text for message in self.messages if message.role in ("system", "developer"))

    @property
    def question(self) -> str:
        """What the user said last."""
        return next((message.text for message in reversed(self.messages) if message.role == "user"), "")

    @property
    def tool_results(self) -> list[str]:
        """What tools answered since the user spoke last."""
        results = []
        for message in reversed(self.messages):
            if message.role == "user":
                break
            if message.role == "tool":
                results.append(message.text)
        return results[::-1]


def read_chat_request(body: bytes) -> ChatRequest:
    """Read and check the body of a request.

    Raises:
        ApiError: what the real API would answer to a body like this.
    """
    data = _parse(body)
    model = _model(data)
    tools = _optional(data, "tools", list, [])
    return ChatRequest(
        model=model,
        messages=_messages(data),
        tools=frozenset(_function_names(tools)) if data.get("tool_choice") != "none" else frozenset(),
        tools_json=json.dumps(tools) if tools else "",
        choice_count=_positive(data, "n") or 1,
        token_limit=_token_limit(data, model),
        reasoning_effort=_optional(data, "reasoning_effort", str, "medium"),
        stream=_optional(data, "stream", bool, default=False),
        include_usage=bool(_optional(data, "stream_options", dict, {}).get("include_usage")),
    )


def _parse(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except ValueError as error:
        raise bad_request("We could not parse the JSON body of your request.") from error
    if not isinstance(data, dict):
        raise bad_request("The JSON body of your request is no object.")
    return data


def _model(data: Mapping[str, Any]) -> Model:
    name = data.get("model")
    if not name:
        raise bad_request("you must provide a model parameter")
    model = load_corpus().models.get(name) if isinstance(name, str) else None
    if model is None:
        raise unknown_model(str(name))
    return model


def _messages(data: Mapping[str, Any]) -> tuple[ChatMessage, ...]:
    messages = _optional(data, "messages", list, [])
    if not messages:
        param, code = "messages", "missing_required_parameter"
        raise bad_request("Missing required parameter: 'messages'.", param, code)
    return tuple(_message(message, f"messages[{index}]") for index, message in enumerate(messages))


def _message(message: object, param: str) -> ChatMessage:
    if not isinstance(message, dict) or not isinstance(message.get("role"), str):
        raise bad_request(f"Missing required parameter: '{param}.role'.", f"{param}.role", "missing_required_parameter")
    content, calls = message.get("content"), message.get("tool_calls")
    return ChatMessage(message["role"], _text(content), json.dumps(calls) if calls else "")


def _text(content: object) -> str:
    """The text of a message's content: a string, or a list of parts of which some are text."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "\n".join(str(part["text"]) for part in parts if isinstance(part, dict) and "text" in part)


def _function_names(tools: list[Any]) -> list[str]:
    try:
        return [tool["function"]["name"] for tool in tools]
    except (KeyError, TypeError) as error:
        raise bad_request("Missing required parameter: 'tools[0].function'.", "tools[0].function") from error


def _token_limit(data: Mapping[str, Any], model: Model) -> int | None:
    if model.reasoning and data.get("max_tokens") is not None:
        raise bad_request(
            "Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead.",
            "max_tokens",
            "unsupported_parameter",
        )
    for param in _TOKEN_LIMITS:
        limit = _positive(data, param)
        if limit is not None and limit > model.max_output_tokens:
            raise bad_request(
                f"{param} is too large: {limit}. This model supports at most {model.max_output_tokens} completion "
                f"tokens, whereas you provided {limit}.",
                param,
                "invalid_value",
            )
        if limit is not None:
            return limit
    return None


def _positive(data: Mapping[str, Any], param: str) -> int | None:
    value: int | None = _optional(data, param, int, None)
    if value is not None and value < 1:
        message = f"Invalid '{param}': integer below minimum value. Expected a value >= 1, but got {value} instead."
        raise bad_request(message, param, "integer_below_min_value")
    return value


def _optional(data: Mapping[str, Any], param: str, kind: type, default: Any) -> Any:
    """A parameter of a given type, where it is there and not null."""
    value = data.get(param)
    if value is None:
        return default
    if not isinstance(value, kind):
        message = f"Invalid type for '{param}': expected {kind.__name__}, but got {type(value).__name__} instead."
        raise bad_request(message, param, "invalid_type")
    return value
