"""Reading the responses that a model gives over a websocket: those of the responses API, and those of realtime.

Both APIs ask with ``response.create`` and answer with events. What is asked was put together from what went to and fro
before (:mod:`verspan_openai._sockets`), so these adapters take a JSON object of ours and no arguments of a call.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verspan.instrumentation.calls import Call, CallInput, Reply, Request
from verspan.instrumentation.fields import field, fields, integer, items, number, text, texts
from verspan.instrumentation.openai_json.response_replies import read_event
from verspan.instrumentation.openai_json.responses import item_messages, tool_definition
from verspan.instrumentation.parameters import Reader, assigned, read_parameters
from verspan.instrumentation.parts import text_parts
from verspan.instrumentation.serialising import snapshot
from verspan.semconv import OPENAI_API_TYPE
from verspan_openai._responses import ResponsesAdapter


class ResponsesSocketAdapter(ResponsesAdapter):
    """Takes the event that asks for a response, which is the body of a request but for its type."""

    name = "openai.responses_socket"

    def describe(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call | None:  # noqa: ARG002 - of the protocol
        """None: what passes a websocket is no call of a method."""
        return None

    def snapshot_request(
        self,
        instance: Any,
        args: tuple[Any, ...],  # noqa: ARG002 - of the protocol, as is the next
        kwargs: Mapping[str, Any],  # noqa: ARG002
        *,
        content: bool,
    ) -> bytes:
        """What was asked, of which ``instance`` is the JSON object."""
        return snapshot({name: instance[name] for name in instance if content or self.is_parameter(name)})

    def is_parameter(self, name: str) -> bool:
        """Whether a field of what is asked says nothing that is content."""
        return name not in self.content


class RealtimeAdapter(ResponsesSocketAdapter):
    """Takes what a response of realtime is asked of: the session's settings, its own, and what was said since the last.

    As fields of one object, as the API has them, and ``items`` for what was said.
    """

    name = "openai.realtime"

    def is_parameter(self, name: str) -> bool:
        """Whether a field is one that is read: a session has many others, with texts deep inside."""
        return name in _READERS

    def read_request(self, body: Any) -> Request:
        """The parameters of a response."""
        return read_parameters(body, _READERS, Request(extra={OPENAI_API_TYPE: "realtime"}))

    def read_input(self, body: Any) -> CallInput:
        """The instructions, what was said since the response before, and the tools."""
        own = fields(body)
        return CallInput(
            messages=item_messages(items(own.get("input")) or own.get("items")),
            system_instructions=text_parts(texts(own.get("instructions"))),
            tool_definitions=[tool_definition(fields(tool)) for tool in items(own.get("tools"))],
        )

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Add an event to a reply; the last one of a response holds all of it but the sound."""
        own = fields(body)
        kind = text(own.get("type")) or ""
        if kind == "response.done":
            read_event(_as_response(fields(own.get("response"))), reply)
        else:
            read_event({**own, "type": _WRITTEN.get(kind, kind)}, reply)


_WRITTEN = {
    "response.text.delta": "response.output_text.delta",  # of the API while it was in beta, as is the last
    "response.output_audio_transcript.delta": "response.output_text.delta",
    "response.audio_transcript.delta": "response.output_text.delta",
}
"""By the name of an event of realtime, that of the responses API for the same."""


def _as_response(own: Mapping[str, Any]) -> Mapping[str, Any]:
    """A response of realtime in the shape of the responses API."""
    details = fields(own.get("status_details"))
    found = {**own, "error": details.get("error"), "incomplete_details": {"reason": details.get("reason")}}
    conversation = text(own.get("conversation_id"))
    return {**found, "conversation": {"id": conversation}} if conversation else found


def _read_modalities(request: Request, value: Any) -> None:
    if value:
        request.output_type = "speech" if "audio" in items(value) else "text"


def _read_reasoning(request: Request, value: Any) -> None:
    request.reasoning_level = text(field(value, "effort"))


_READERS: Mapping[str, Reader] = {
    "max_output_tokens": assigned("max_tokens", integer),
    "max_response_output_tokens": assigned("max_tokens", integer),  # of the API while it was in beta
    "temperature": assigned("temperature", number),
    "modalities": _read_modalities,
    "output_modalities": _read_modalities,
    "reasoning": _read_reasoning,
}
