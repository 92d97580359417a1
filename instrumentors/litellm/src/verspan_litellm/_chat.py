"""Chats, completions and responses, of whichever provider."""

from __future__ import annotations

from verspan.instrumentation.openai_json.chat import CHAT_PARAMETERS, ChatReading
from verspan.instrumentation.openai_json.completions import COMPLETION_PARAMETERS, CompletionsReading
from verspan.instrumentation.openai_json.responses import RESPONSE_PARAMETERS, ResponsesReading
from verspan_litellm._functions import BesideReading, FunctionAdapter


class ChatAdapter(BesideReading, ChatReading, FunctionAdapter):
    """Takes ``completion``."""

    name = "litellm.chat"
    functions = ("completion",)
    parameters = CHAT_PARAMETERS


class CompletionsAdapter(BesideReading, CompletionsReading, FunctionAdapter):
    """Takes ``text_completion``."""

    name = "litellm.completions"
    functions = ("text_completion",)
    positional = ("prompt", "model")
    parameters = COMPLETION_PARAMETERS


class ResponsesAdapter(BesideReading, ResponsesReading, FunctionAdapter):
    """Takes ``responses``."""

    name = "litellm.responses"
    functions = ("responses",)
    positional = ("input", "model")
    parameters = RESPONSE_PARAMETERS
