"""Every endpoint that no other adapter describes, those included that the client gets tomorrow.

One span each: who was asked, for what, with which model and tokens, where request and answer say. Of what is said
there is no more than the texts of a few fields, and a binary body is never read. Tokens are those of what a request
makes: what is fetched or cancelled was counted when it was made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from verspan.instrumentation.calls import Call, CallInput, Reply, Request
from verspan.instrumentation.endpoints import operation_name
from verspan.instrumentation.fields import NO_FIELDS, field, fields, text, texts
from verspan.instrumentation.openai_json.usage import read_usage
from verspan.instrumentation.parts import spoken, text_parts
from verspan.instrumentation.serialising import snapshot
from verspan.instrumentation.stainless.adapting import ClientAdapter
from verspan.instrumentation.stainless.client import fields_of, sent
from verspan.semconv import GEN_AI_RESPONSE_STATUS

_SAID = ("input", "prompt", "query", "content")
"""The fields of a request that may hold text."""
_INSTRUCTIONS = "instructions"
_TOLD = ("model", "status", "usage")
"""The fields of an answer that are read."""


class OtherAdapter(ClientAdapter):
    """Takes any request; see :class:`verspan.instrumentation.adapter.CallAdapter`. It is to be asked last."""

    operation_names: ClassVar[Mapping[str, str]] = NO_FIELDS
    """Those of endpoints that have one of their own; see :func:`verspan.instrumentation.endpoints.operation_name`."""
    base_path: ClassVar[str] = ""
    """What every endpoint's path begins with, where the client's own address does not have it."""

    def describe(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call | None:
        """Describe a request by its method and path; None where the client's arguments describe none."""
        asked = sent(args, kwargs)
        if asked is None:
            return None
        peer = self.client.peer(instance, args, kwargs)
        name = operation_name(asked.method, asked.path.removeprefix(self.base_path), self.operation_names)
        stream = bool(kwargs.get("stream"))
        return Call(name, peer.provider_name, text(asked.body.get("model")), peer.address, peer.port, stream)

    def snapshot_request(
        self,
        instance: Any,  # noqa: ARG002 - of the protocol
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        content: bool,
    ) -> bytes:
        """The texts of a request."""
        asked = sent(args, kwargs)
        if asked is None or not content:
            return b"{}"
        return snapshot({name: texts(asked.body.get(name)) for name in (*_SAID, _INSTRUCTIONS)})

    def snapshot_response(self, response: Any) -> bytes:
        """The few fields that are read."""
        own = self.client.own_fields(response)
        return snapshot({name: own[name] for name in _TOLD if name in own}, fields_of)

    def read_request(self, body: Any) -> Request:  # noqa: ARG002 - of the protocol
        """No parameters: what they mean differs from endpoint to endpoint."""
        return Request(has_choices=False)

    def read_input(self, body: Any) -> CallInput:
        """The texts of a request."""
        said = [one for name in _SAID for one in texts(field(body, name))]
        return CallInput(
            messages=spoken("user", *said), system_instructions=text_parts(texts(field(body, _INSTRUCTIONS)))
        )

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from an answer, or add an event to it."""
        own = fields(body)
        reply.response_model = text(own.get("model")) or reply.response_model
        if status := text(own.get("status")):
            reply.extra[GEN_AI_RESPONSE_STATUS] = status


class MakingAdapter(OtherAdapter):
    """Takes any request that makes something, and so may cost tokens."""

    def describe(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call | None:
        """Describe a request that posts, unless it cancels something."""
        asked = sent(args, kwargs)
        if asked is None or asked.method != "post" or asked.path.endswith("/cancel"):
            return None
        return super().describe(instance, args, kwargs)

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from an answer and its tokens, or add an event to it."""
        super().read_reply(body, reply)
        usage = fields(field(body, "usage"))
        if usage:
            reply.usage = read_usage(usage)
