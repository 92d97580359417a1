"""Chat completions: ``create``, ``parse``, the stream helper, and whatever else posts to ``/chat/completions``."""

from __future__ import annotations

from typing import Any

from verspan.instrumentation.calls import Request
from verspan.instrumentation.openai_json.chat import ChatReading
from verspan.semconv import OPENAI_API_TYPE
from verspan_openai._adapting import PostAdapter


class ChatAdapter(ChatReading, PostAdapter):
    """Takes a chat call at the client's ``request``; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    name = "openai.chat"
    path = "/chat/completions"

    def answer_in(self, failure: BaseException) -> Any:
        """The completion that ``parse`` refuses because it was cut at the token limit: it was answered, and billed."""
        return getattr(failure, "completion", None)

    def read_request(self, body: Any) -> Request:
        """The parameters of a request."""
        request = super().read_request(body)
        request.extra[OPENAI_API_TYPE] = "chat_completions"
        return request
