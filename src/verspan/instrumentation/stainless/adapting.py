"""What the adapters of all endpoints share: how the client's objects are taken, and what is left out of a request."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from verspan.instrumentation.calls import Call, CallInput
from verspan.instrumentation.fields import NO_FIELDS
from verspan.instrumentation.serialising import snapshot
from verspan.instrumentation.stainless.client import StainlessClient, body_posted_to, fields_of
from verspan.instrumentation.stand_ins import lightened, says_much


class ClientAdapter:
    """Takes what the client gives back; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    client: ClassVar[StainlessClient]
    failure_marks: Sequence[bytes] = ()

    def snapshot_response(self, response: Any) -> bytes:
        """A response or a chunk as the JSON that it was made of."""
        return snapshot(response, fields_of)

    def is_stream(self, response: Any) -> bool:
        """Whether the response is a stream of chunks."""
        return self.client.is_stream(response)

    def is_raw(self, response: Any) -> bool:
        """Whether the response is an envelope around one."""
        return self.client.is_raw(response)

    def http_response(self, response: Any) -> Any:
        """What a stream or an envelope reads from."""
        return self.client.http_response(response)

    def answer_in(self, failure: BaseException) -> Any:  # noqa: ARG002 - of the protocol
        """None, where no exception of the client holds an answer."""
        return None

    def read_input(self, body: Any) -> CallInput:  # noqa: ARG002 - of the protocol
        """Nothing, where a request says nothing."""
        return CallInput()


class PostAdapter(ClientAdapter):
    """Takes calls that post JSON to one endpoint and name a model."""

    path: ClassVar[str | tuple[str, ...]]
    """The end of the endpoint's path, or of several."""
    operation_name: ClassVar[str]
    content: ClassVar[Collection[str]]
    """The fields of the body that hold what the call says."""

    def describe(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call | None:
        """Describe a request to the endpoint; None for a request to any other."""
        body = body_posted_to(self.path, args, kwargs)
        if body is None:
            return None
        peer = self.client.peer(instance, args, kwargs)
        model, stream = body.get("model"), bool(kwargs.get("stream") or body.get("stream"))
        known_model = model if isinstance(model, str) else None
        return Call(self.operation_name, peer.provider_name, known_model, peer.address, peer.port, stream)

    def snapshot_request(
        self,
        instance: Any,  # noqa: ARG002 - of the protocol
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        content: bool,
    ) -> bytes:
        """The body of the request, as it is about to be sent."""
        body = body_posted_to(self.path, args, kwargs) or NO_FIELDS
        told = body if content else {name: body[name] for name in body if name not in self.content}
        return snapshot(lightened(told, fields_of) if says_much(told) else told, fields_of)
