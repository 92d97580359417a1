"""What the adapters of all endpoints of a generated client share: its arguments, responses and server."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import AsyncGeneratorType, GeneratorType
from typing import Any, ClassVar

from verspan.instrumentation.calls import Call
from verspan.instrumentation.fields import fields, text
from verspan.instrumentation.generated.endpoints import Endpoint
from verspan.instrumentation.plain_adapter import PlainAdapter
from verspan.instrumentation.serialising import snapshot
from verspan.instrumentation.servers import Server, server_at


class EndpointAdapter(PlainAdapter):
    """Takes calls of one endpoint's method; see :class:`verspan.instrumentation.adapter.CallAdapter`.

    What a request says is in the method's arguments, which have the names of the API's fields.
    """

    provider_name: ClassVar[str]
    content: ClassVar[Collection[str]] = ()
    """The arguments that hold what the call says."""

    def __init__(self, endpoint: Endpoint | None = None) -> None:
        """Take calls of an endpoint; without one, only read what was taken."""
        self.endpoint = endpoint or Endpoint("", "")

    @property
    def operation_name(self) -> str:
        """What a call of the endpoint is."""
        raise NotImplementedError

    def describe(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call | None:
        """Describe a call of the method."""
        given = self.arguments(args, kwargs)
        server = self.server_of(instance, given)
        stream = "stream" in self.endpoint.method.split("_") or given.get("stream") is True
        return Call(self.operation_name, self.provider_of(instance), text(given.get("model")), *server, stream)

    def snapshot_request(
        self,
        instance: Any,  # noqa: ARG002 - of the protocol
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        content: bool,
    ) -> bytes:
        """The arguments, as the JSON that is made of them."""
        given = self.arguments(args, kwargs)
        told = given if content else {name: given[name] for name in given if name not in self.content}
        return snapshot(told, json_of)

    def provider_of(self, resource: Any) -> str:  # noqa: ARG002 - a client's provider may be its own
        """The provider that a resource asks, by the conventions' name."""
        return self.provider_name

    def server_of(self, resource: Any, given: Mapping[str, Any]) -> Server:
        """Who answers a resource's requests; here as Speakeasy's clients tell it.

        Args:
            resource: an object of the client.
            given: the arguments of the call, which may name another server.
        """
        return server_at(text(given.get("server_url")) or resource.sdk_configuration.get_server_details()[0])

    def arguments(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Mapping[str, Any]:
        """The method's arguments by their names."""
        return {**dict(zip(self.endpoint.parameters, args, strict=False)), **kwargs} if args else kwargs

    def snapshot_response(self, response: Any) -> bytes:
        """A response or a chunk as the JSON that it was made of."""
        return snapshot(response, json_of)

    def is_stream(self, response: Any) -> bool:
        """Whether the response is a stream of events."""
        return isinstance(response, (GeneratorType, AsyncGeneratorType)) or hasattr(response, "generator")

    def is_raw(self, response: Any) -> bool:
        """Whether the response is an envelope around one."""
        return hasattr(response, "http_response") and hasattr(response, "parse")

    def http_response(self, response: Any) -> Any:
        """What a stream or an envelope reads from."""
        return getattr(response, "response", None) or getattr(response, "http_response", None)


def json_of(value: Any) -> Any:
    """What JSON has no form for in the form that the client gives it; what it has none for either as it shows itself.

    Nothing is read from an open file or an iterator, which the client is still to read.
    """
    dump = getattr(value, "model_dump", None)
    return repr(value) if dump is None else dump(mode="json", by_alias=True, exclude_unset=True, warnings=False)


def event_of(body: Any) -> Mapping[str, Any]:
    """The JSON of one event of a stream, whether it was taken from the network or from the client's own object."""
    own = fields(body)
    return fields(own["data"]) if len(own) == 1 and isinstance(own.get("data"), dict) else own
