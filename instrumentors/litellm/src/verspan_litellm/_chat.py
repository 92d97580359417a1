"""Chats, completions and responses, of whichever provider."""

from __future__ import annotations

from typing import Any

from verspan.instrumentation.calls import Reply
from verspan.instrumentation.openai_json.chat import CHAT_PARAMETERS, ChatReading
from verspan.instrumentation.openai_json.completions import COMPLETION_PARAMETERS, CompletionsReading
from verspan.instrumentation.openai_json.responses import RESPONSE_PARAMETERS, ResponsesReading
from verspan_litellm._functions import FunctionAdapter, read_beside


class ChatAdapter(ChatReading, FunctionAdapter):
    """Takes ``completion``."""

    name = "litellm.chat"
    functions = ("completion",)
    parameters = CHAT_PARAMETERS

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from an answer, or add a chunk to it."""
        super().read_reply(body, reply)
        read_beside(body, reply)


class CompletionsAdapter(CompletionsReading, FunctionAdapter):
    """Takes ``text_completion``."""

    name = "litellm.completions"
    functions = ("text_completion",)
    positional = ("prompt", "model")
    parameters = COMPLETION_PARAMETERS

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from an answer, or add a chunk to it."""
        super().read_reply(body, reply)
        read_beside(body, reply)


class ResponsesAdapter(ResponsesReading, FunctionAdapter):
    """Takes ``responses``."""

    name = "litellm.responses"
    functions = ("responses",)
    positional = ("input", "model")
    parameters = RESPONSE_PARAMETERS

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from a response, or add an event to it; an event's type is one of an enumeration."""
        super().read_reply(body, reply)
        read_beside(body, reply)
