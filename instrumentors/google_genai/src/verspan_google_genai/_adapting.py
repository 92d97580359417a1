"""What the adapters of all requests share: how the client's arguments and answers are taken."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from verspan.instrumentation.calls import Call
from verspan.instrumentation.fields import NO_FIELDS
from verspan.instrumentation.plain_adapter import PlainAdapter
from verspan.instrumentation.serialising import snapshot
from verspan_google_genai._client import Sent, json_of_response, provider_of, sent, server_of


class RequestAdapter(PlainAdapter):
    """Takes requests of the client; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    content: ClassVar[Collection[str]] = ()
    """The fields of the body that hold what the call says."""

    def operation_of(self, asked: Sent) -> str | None:
        """What a request is; None where it is none of this adapter's."""
        raise NotImplementedError

    def describe(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call | None:
        """Describe a request."""
        asked = sent(args, kwargs)
        operation_name = asked and self.operation_of(asked)
        if asked is None or not operation_name:
            return None
        server = server_of(instance, args, kwargs)
        stream = asked.verb.startswith("stream")
        return Call(operation_name, provider_of(instance), asked.model, *server, stream)

    def snapshot_request(
        self,
        instance: Any,  # noqa: ARG002 - of the protocol
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        content: bool,
    ) -> bytes:
        """The body of the request, as it is about to be sent."""
        asked = sent(args, kwargs)
        body = asked.body if asked else NO_FIELDS
        return snapshot({name: body[name] for name in body if content or name not in self.content})

    def snapshot_response(self, response: Any) -> bytes:
        """A response or a chunk as the JSON that it was made of."""
        return json_of_response(response)
