"""What else the client's newer resources do: interactions that are fetched or cancelled, agents, webhooks and more."""

from __future__ import annotations

from typing import Any

from verspan.instrumentation.calls import Reply, Request
from verspan.instrumentation.endpoints import operation_name
from verspan.instrumentation.fields import field, text
from verspan.instrumentation.serialising import snapshot
from verspan.instrumentation.speakeasy.adapting import EndpointAdapter
from verspan.semconv import GEN_AI_REQUEST_STREAM_CURSOR, GEN_AI_RESPONSE_ID, GEN_AI_RESPONSE_STATUS
from verspan_google_genai._interaction_replies import read_event

_METHODS = {
    "create": "post /{}",
    "list": "get /{}",
    "get": "get /{}/1",
    "update": "patch /{}/1",
    "delete": "delete /{}/1",
}
"""Of a resource by its name, the request that each of its usual methods makes."""
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


class ResourceAdapter(EndpointAdapter):
    """Takes every other request, of which no more is told than what it is."""

    name = "google-genai.resources"
    provider_name = "gcp.gemini"

    @property
    def operation_name(self) -> str:
        """A verb and what it is done to, such as ``create_agent``."""
        resource = self.endpoint.resource.lower()
        method, _, _ = self.endpoint.method.partition("_")
        request = _METHODS.get(method, f"post /{{}}/1/{self.endpoint.method}").format(resource)
        verb, path = request.split()
        return operation_name(verb, path)

    def snapshot_request(self, instance: Any, args: tuple[Any, ...], kwargs: Any, *, content: bool) -> bytes:  # noqa: ARG002 - of the protocol
        """Nothing: what it means differs from resource to resource."""
        return b"{}"

    def snapshot_response(self, response: Any) -> bytes:  # noqa: ARG002 - of the protocol
        """Nothing, likewise."""
        return snapshot({})

    def read_request(self, body: Any) -> Request:  # noqa: ARG002 - of the protocol
        """No parameters."""
        return Request(has_choices=False)

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Nothing."""
