"""The completions of before there were chats."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from verspan.instrumentation.calls import CallInput, Reply, Request
from verspan.instrumentation.fields import field, fields, integer, items, number, text, texts
from verspan.instrumentation.openai_json.replies import read_envelope
from verspan.instrumentation.parameters import Reader, assigned, read_choice_count, read_parameters, stop_sequences
from verspan.instrumentation.parts import spoken


class CompletionsReading:
    """Reads completions; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    operation_name: ClassVar[str] = "text_completion"
    content: ClassVar[Collection[str]] = ("prompt", "suffix")

    def read_request(self, body: Any) -> Request:
        """The parameters of a request; each of several prompts has its own choices."""
        request = read_parameters(body, _READERS, Request())
        prompts = len(texts(field(body, "prompt")))
        if prompts > 1:
            request.choice_count = prompts * (request.choice_count or 1)
        return request

    def read_input(self, body: Any) -> CallInput:
        """The prompts, as far as they are text and not tokens."""
        return CallInput(messages=[said for prompt in texts(field(body, "prompt")) for said in spoken("user", prompt)])

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from a completion, or add a chunk to it."""
        own = fields(body)
        for found in map(fields, items(own.get("choices"))):
            choice = reply.choice(integer(found.get("index")) or 0)
            if reply.capture_content:
                choice.text.append(text(found.get("text")) or "")
            choice.finish_reason = text(found.get("finish_reason")) or choice.finish_reason
        read_envelope(own, reply)


_READERS: Mapping[str, Reader] = {
    "n": read_choice_count,
    "max_tokens": assigned("max_tokens", integer),
    "temperature": assigned("temperature", number),
    "top_p": assigned("top_p", number),
    "frequency_penalty": assigned("frequency_penalty", number),
    "presence_penalty": assigned("presence_penalty", number),
    "seed": assigned("seed", integer),
    "stop": assigned("stop_sequences", stop_sequences),
}
COMPLETION_PARAMETERS: Collection[str] = frozenset(_READERS)
"""The parameters of a request that are read."""
