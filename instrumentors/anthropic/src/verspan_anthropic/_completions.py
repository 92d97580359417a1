"""The completions of before there were messages."""

from __future__ import annotations

from typing import Any

from verspan.instrumentation.anthropic_json.replies import FAILURE_MARKS, finish_reason, read_event
from verspan.instrumentation.calls import CallInput, Reply
from verspan.instrumentation.fields import field, fields, text, texts
from verspan.instrumentation.parts import spoken
from verspan_anthropic._messages import BodyAdapter


class CompletionsAdapter(BodyAdapter):
    """Takes a request to complete a text; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    name = "anthropic.completions"
    path = "/v1/complete"
    operation_name = "text_completion"
    content = ("prompt", "metadata")
    failure_marks = FAILURE_MARKS

    def read_input(self, body: Any) -> CallInput:
        """The text that is to be completed."""
        return CallInput(messages=spoken("user", *texts(field(body, "prompt"))))

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from a completion, or add a piece of one to it."""
        own = fields(body)
        if own.get("type") != "completion":
            read_event(body, reply)
            return
        reply.response_id = text(own.get("id")) or reply.response_id
        reply.response_model = text(own.get("model")) or reply.response_model
        choice = reply.choice(0)
        if reply.capture_content and (piece := text(own.get("completion"))):
            choice.text.append(piece)
        if stop_reason := text(own.get("stop_reason")):
            choice.finish_reason = finish_reason(stop_reason)
