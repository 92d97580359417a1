"""What else the client's newer resources do: interactions that are fetched or cancelled, agents, webhooks and more."""

from __future__ import annotations

from typing import Any

from verspan.instrumentation.calls import Reply, Request
from verspan.instrumentation.fields import field, text
from verspan.instrumentation.generated import resources
from verspan.instrumentation.generated.adapting import EndpointAdapter
from verspan.semconv import GEN_AI_REQUEST_STREAM_CURSOR, GEN_AI_RESPONSE_ID, GEN_AI_RESPONSE_STATUS
from verspan_google_genai._interaction_replies import read_event

_STORED = {"get": "fetch_response", "cancel": "cancel_response", "delete": "delete_response"}


class StoredInteractionAdapter(EndpointAdapter):
    """Takes requests for an interaction that the provider keeps; its tokens were told when it was created."""

    name = "google-genai.stored_interactions"
    provider_name = "gcp.gemini"

    @property
    def operation_name(self) -> str:
        """What is done to the interaction."""
        return _STORED.get(self.endpoint.method, f"{self.endpoint.method}_response")

    def read_request(self, body: Any) -> Request:
        """Which interaction is asked for, and from which of its events on."""
        request = Request(has_choices=False)
        told = {GEN_AI_RESPONSE_ID: field(body, "id"), GEN_AI_REQUEST_STREAM_CURSOR: field(body, "last_event_id")}
        request.extra.update({name: value for name, value in told.items() if text(value)})
        return request

    def read_reply(self, body: Any, reply: Reply) -> None:
        """What is in the interaction by now; that its making failed is not a failure of fetching it."""
        read_event(body, reply)
        if field(body, "event_type") != "error":
            reply.failure = None
        reply.usage = None
        status = text(field(body, "status")) or text(field(field(body, "interaction"), "status"))
        if status:
            reply.extra[GEN_AI_RESPONSE_STATUS] = status


class ResourceAdapter(resources.ResourceAdapter):
    """Takes every other request."""

    name = "google-genai.resources"
    provider_name = "gcp.gemini"
