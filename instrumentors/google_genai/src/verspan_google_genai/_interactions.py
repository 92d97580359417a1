"""Interactions that are created: what is asked of a model or an agent, and the steps that it answers with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verspan.instrumentation.calls import Call, CallInput, Reply, Request
from verspan.instrumentation.fields import field, fields, integer, items, number, text, texts
from verspan.instrumentation.generated.adapting import EndpointAdapter, json_of
from verspan.instrumentation.messages import Message
from verspan.instrumentation.parameters import Reader, assigned, extra, read_parameters, stop_sequences
from verspan.instrumentation.parts import definition, spoken, text_parts
from verspan.instrumentation.serialising import from_snapshot, snapshot
from verspan.semconv import GEN_AI_AGENT_NAME, GEN_AI_REQUEST_PREVIOUS_RESPONSE_ID
from verspan_google_genai._interaction_replies import FAILURE_MARKS, read_event
from verspan_google_genai._steps import content_parts, step_parts

_CONTENT = ("input", "system_instruction", "tools")


class InteractionAdapter(EndpointAdapter):
    """Takes requests for an interaction; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    name = "google-genai.interactions"
    provider_name = "gcp.gemini"
    operation_name = "generate_content"
    failure_marks = FAILURE_MARKS

    def arguments(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Mapping[str, Any]:
        """The body of the request, which may be given as one object."""
        request = kwargs.get("request")
        body = getattr(request, "body", None) if not isinstance(request, Mapping) else request.get("body")
        whole = body if isinstance(body, Mapping) else fields(from_snapshot(snapshot(body, json_of)))
        return whole or super().arguments(args, kwargs)

    def describe(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call | None:
        """Describe a request; one that an agent answers is an agent that is invoked."""
        call = super().describe(instance, args, kwargs)
        invokes = call is not None and self.arguments(args, kwargs).get("agent") is not None
        return call._replace(operation_name="invoke_agent") if call is not None and invokes else call

    def snapshot_request(
        self,
        instance: Any,  # noqa: ARG002 - of the protocol
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        content: bool,
    ) -> bytes:
        """The body of the request."""
        body = self.arguments(args, kwargs)
        return snapshot({name: body[name] for name in body if content or name not in _CONTENT}, json_of)

    def read_request(self, body: Any) -> Request:
        """The parameters of a request; one that runs in the background is answered later, to whoever fetches it."""
        request = read_parameters(body, _READERS, Request())
        request.has_choices = not field(body, "background") or field(body, "stream") is True
        return read_parameters(field(body, "generation_config"), _CONFIGURED, request)

    def read_input(self, body: Any) -> CallInput:
        """What is asked, the instructions and the tools."""
        own = fields(body)
        return CallInput(
            messages=_messages(own.get("input")),
            system_instructions=text_parts(texts(own.get("system_instruction"))),
            tool_definitions=[
                definition(text(tool.get("type")) or "function", tool) for tool in map(fields, items(own.get("tools")))
            ],
        )

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from an interaction, or add an event to it."""
        read_event(body, reply)


def _messages(asked: Any) -> list[Message]:
    """What is asked: a text, a content, several, or the steps of a conversation."""
    if isinstance(asked, str):
        return spoken("user", asked)
    listed = [asked] if isinstance(asked, dict) else items(asked)
    messages: list[Message] = []
    for one in map(fields, listed):
        role, parts = step_parts(one) or ("user", content_parts([one]))
        if messages and role == messages[-1]["role"]:
            messages[-1]["parts"] += parts
        else:
            messages.append({"role": role, "parts": parts})
    return messages


def _read_modalities(request: Request, value: Any) -> None:
    for modality, output_type in (("image", "image"), ("audio", "speech")):
        if modality in texts(value):
            request.output_type = output_type


def _read_mime_type(request: Request, value: Any) -> None:
    if value == "application/json":
        request.output_type = "json"


_READERS: Mapping[str, Reader] = {
    "agent": extra(GEN_AI_AGENT_NAME, text),
    "previous_interaction_id": extra(GEN_AI_REQUEST_PREVIOUS_RESPONSE_ID, text),
    "response_mime_type": _read_mime_type,
    "response_modalities": _read_modalities,
}
_CONFIGURED: Mapping[str, Reader] = {
    "max_output_tokens": assigned("max_tokens", integer),
    "temperature": assigned("temperature", number),
    "top_p": assigned("top_p", number),
    "seed": assigned("seed", integer),
    "stop_sequences": assigned("stop_sequences", stop_sequences),
    "thinking_level": assigned("reasoning_level", text),
}
