"""Messages: ``create``, ``parse``, the stream helper, the tool runners, and whatever else posts to ``/v1/messages``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from verspan.instrumentation.anthropic_json.replies import FAILURE_MARKS, read_event
from verspan.instrumentation.anthropic_json.requests import CONTENT, READERS, read_input
from verspan.instrumentation.calls import CallInput, Reply, Request
from verspan.instrumentation.fields import NO_FIELDS
from verspan.instrumentation.parameters import read_parameters
from verspan.instrumentation.stainless.adapting import PostAdapter
from verspan.instrumentation.stainless.client import body_posted_to
from verspan.semconv import GEN_AI_CONVERSATION_ID
from verspan_anthropic._client import CLIENT, taken


class BodyAdapter(PostAdapter):
    """Takes calls that post a body of the API's to one endpoint."""

    client = CLIENT
    content: ClassVar[Collection[str]] = CONTENT

    def snapshot_request(
        self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], *, content: bool
    ) -> bytes:
        """The body of the request, and the conversation that the client was told to be part of."""
        body = body_posted_to(self.path, args, kwargs) or NO_FIELDS
        told = {name: body[name] for name in body if content or name not in self.content}
        conversation_id = getattr(instance, "open_telemetry", NO_FIELDS).get("conversation_id")
        if conversation_id is not None:
            told[GEN_AI_CONVERSATION_ID] = conversation_id
        return taken(told, args[1] if len(args) > 1 else kwargs.get("options"))

    def read_request(self, body: Any) -> Request:
        """The parameters of a request."""
        return read_parameters(body, READERS, Request())


class MessagesAdapter(BodyAdapter):
    """Takes a request for a message; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    name = "anthropic.messages"
    path = "/v1/messages"
    operation_name = "chat"
    failure_marks = FAILURE_MARKS

    def read_input(self, body: Any) -> CallInput:
        """The messages, instructions and tools of a request."""
        return read_input(body)

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from a message, or add an event to it."""
        read_event(body, reply)


class CountAdapter(BodyAdapter):
    """Takes a request to count the tokens that a message would have; nothing is used by it."""

    name = "anthropic.token_counts"
    path = "/v1/messages/count_tokens"
    operation_name = "count_tokens"

    def read_request(self, body: Any) -> Request:  # noqa: ARG002 - of the protocol
        """No parameters: nothing is made."""
        return Request(has_choices=False)

    def read_input(self, body: Any) -> CallInput:
        """The messages, instructions and tools that are counted."""
        return read_input(body)

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Nothing: a count is no usage."""
