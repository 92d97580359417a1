"""The completions of before there were chats."""

from __future__ import annotations

from verspan.instrumentation.openai_json.completions import CompletionsReading
from verspan_openai._adapting import PostAdapter


class CompletionsAdapter(CompletionsReading, PostAdapter):
    """Takes a request to complete a text; see :class:`verspan.instrumentation.adapter.CallAdapter`.

    It is to be asked after the one for chats, whose path ends alike.
    """

    name = "openai.completions"
    path = "/completions"
