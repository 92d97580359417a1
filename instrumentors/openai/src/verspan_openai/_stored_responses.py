"""A response that the provider keeps: fetched, polled or streamed again with ``retrieve``, and cancelled.

Its tokens are not told: whoever polls a response ten times has not paid for it ten times.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from verspan.instrumentation.calls import Call, Reply, Request
from verspan.instrumentation.fields import field, text
from verspan.instrumentation.openai_json.response_replies import read_event
from verspan.instrumentation.serialising import snapshot
from verspan.instrumentation.stainless.client import sent
from verspan.semconv import (
    GEN_AI_REQUEST_STREAM_CURSOR,
    GEN_AI_RESPONSE_ID,
    GEN_AI_RESPONSE_STATUS,
    OPENAI_API_TYPE,
)
from verspan_openai._adapting import ClientAdapter

_PATH = re.compile(r"/responses/(?P<response_id>[^/]+)(?P<cancel>/cancel)?$")


class StoredResponseAdapter(ClientAdapter):
    """Takes a request for a kept response; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    name = "openai.stored_responses"

    def describe(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call | None:
        """Describe a request to fetch or cancel a response; None for any other."""
        asked = sent(args, kwargs)
        found = asked and _PATH.search(asked.path)
        if asked is None or not found or asked.method != ("post" if found["cancel"] else "get"):
            return None
        peer = self.client.peer(instance, args, kwargs)
        operation_name = "cancel_response" if found["cancel"] else "fetch_response"
        stream = bool(kwargs.get("stream"))
        return Call(operation_name, peer.provider_name, None, peer.address, peer.port, stream)

    def snapshot_request(
        self,
        instance: Any,  # noqa: ARG002 - of the protocol
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        content: bool,  # noqa: ARG002 - nothing is said
    ) -> bytes:
        """Which response is asked for, and from which of its events on."""
        asked = sent(args, kwargs)
        found = asked and _PATH.search(asked.path)
        if asked is None or not found:
            return b"{}"
        return snapshot({"response_id": found["response_id"], "starting_after": asked.query.get("starting_after")})

    def read_request(self, body: Any) -> Request:
        """Which response is asked for."""
        told = {OPENAI_API_TYPE: "responses", GEN_AI_RESPONSE_ID: field(body, "response_id")}
        cursor = field(body, "starting_after")
        if cursor is not None:
            told[GEN_AI_REQUEST_STREAM_CURSOR] = str(cursor)
        return Request(has_choices=False, extra=told)

    def read_reply(self, body: Any, reply: Reply) -> None:
        """What is in the response by now; that its making failed is not a failure of fetching it."""
        read_event(body, reply)
        reply.usage = None
        status = text(field(body, "status")) or text(field(field(body, "response"), "status"))
        if status:
            reply.extra[GEN_AI_RESPONSE_STATUS] = status
