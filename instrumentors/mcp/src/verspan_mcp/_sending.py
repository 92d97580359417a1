"""Requests that are sent, by clients and by servers that ask something of theirs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import wrapt
from opentelemetry.instrumentation.utils import is_instrumentation_enabled
from opentelemetry.trace import SpanKind

from verspan import semconv
from verspan.instrumentation.guard import report
from verspan.instrumentation.operations import OperationRun
from verspan.instrumentation.telemetry import Telemetry
from verspan_mcp._connections import UNKNOWN, Connection, Connections
from verspan_mcp._exchange import CoveringRun, Exchange, covering_run, protocol_version_in, settled
from verspan_mcp._operations import request_operation
from verspan_mcp._requests import INITIALIZE, Request
from verspan_mcp._requests import field as field_of
from verspan_mcp._results import as_json


@dataclass(frozen=True)
class Outgoing:
    """What is known of a request that is about to be sent."""

    request: Request
    connection: Connection = UNKNOWN
    attributes: Mapping[str, Any] = field(default_factory=dict)


class Sending(ABC):
    """What wrapt calls in place of a method that sends a request and waits for its answer."""

    def __init__(self, telemetry: Telemetry, connections: Connections, *, carrying: bool) -> None:
        """Make a wrapper.

        Args:
            telemetry: where spans and measurements go.
            connections: what is known of the sessions' streams.
            carrying: whether requests carry the context.
        """
        self._telemetry = telemetry
        self._connections = connections
        self._carrying = carrying
        self.active = True

    def __call__(
        self, wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Send the request, with a span around it."""
        if not self.active:
            return wrapped(*args, **kwargs)
        return self._sent(wrapped, instance, args, kwargs)

    @abstractmethod
    def read(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Outgoing:
        """What is about to be sent."""

    def carry(self, wrapped: Callable[..., Any], exchange: Exchange) -> Callable[..., Any]:  # noqa: ARG002 - for those who need it
        """The method, with the request that it is given carrying the context."""
        return wrapped

    def answered(self, instance: Any, exchange: Exchange, answer: Any) -> None:  # noqa: ARG002 - likewise
        """Take the answer."""
        exchange.take(answer)

    async def _sent(
        self, wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        exchange = self._begin(instance, args, kwargs)
        if exchange is None:
            return await wrapped(*args, **kwargs)
        send = self.carry(wrapped, exchange) if self._carrying else wrapped
        return await settled(
            exchange, send(*args, **kwargs), lambda exchange, answer: self.answered(instance, exchange, answer)
        )

    def _begin(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Exchange | None:
        if not is_instrumentation_enabled():
            return None
        try:
            outgoing = self.read(instance, args, kwargs)
            if not outgoing.request.is_told:
                return None
            connection = {**outgoing.connection.attributes(), **outgoing.attributes}
            operation = request_operation(outgoing.request, SpanKind.CLIENT, connection)
            outer = covering_run(outgoing.request)
            run = CoveringRun(self._telemetry, operation, outer) if outer else OperationRun(self._telemetry, operation)
            return Exchange(outgoing.request, run, SpanKind.CLIENT, outgoing.connection)
        except Exception as error:  # noqa: BLE001 - a request that cannot be described is sent without a span
            report(error, "describing a request")
            return None


class SessionSending(Sending):
    """Around ``BaseSession.send_request``, which all sessions of the SDK before 2.0 have."""

    def __init__(self, telemetry: Telemetry, connections: Connections, *, carrying: bool) -> None:
        """As that of every wrapper of what is sent."""
        super().__init__(telemetry, connections, carrying=carrying)
        self._protocol_versions: WeakKeyDictionary[Any, str] = WeakKeyDictionary()

    def read(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Outgoing:
        """What is about to be sent."""
        message = args[0] if args else kwargs["request"]
        asked = getattr(message, "root", message)
        # The id that the session gives next; nothing else runs until it has.
        request = Request(asked.method, getattr(asked, "params", None), instance._request_id)  # noqa: SLF001 - the SDK tells it nowhere else
        version = self._protocol_versions.get(instance)
        attributes = {} if version is None else {semconv.MCP_PROTOCOL_VERSION: version}
        return Outgoing(request, self._connections.of(getattr(instance, "_write_stream", None)), attributes)

    def carry(self, wrapped: Callable[..., Any], exchange: Exchange) -> Callable[..., Any]:
        """The method, given a request that says, when asked for its JSON, where it comes from."""

        def send(request: Any, *args: Any, **kwargs: Any) -> Any:
            return wrapped(_CarryingRequest(request, exchange), *args, **kwargs)

        return send

    def answered(self, instance: Any, exchange: Exchange, answer: Any) -> None:
        """Take the answer, and the version of the protocol that the first one settles."""
        super().answered(instance, exchange, answer)
        if exchange.request.method == INITIALIZE:
            version = as_json(answer).get("protocolVersion")
            if version is not None:
                self._protocol_versions[instance] = str(version)


class _CarryingRequest(wrapt.ObjectProxy[Any]):
    """A request of the application's, which stays as it is, and the context that goes with it."""

    def __init__(self, request: Any, exchange: Exchange) -> None:
        super().__init__(request)
        self._self_exchange = exchange

    def model_dump(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The request's JSON with the context in its ``_meta``."""
        message: dict[str, Any] = self.__wrapped__.model_dump(*args, **kwargs)
        params = message.get("params") or {}
        meta = dict(params.get("_meta") or {})
        self._self_exchange.carry(meta)
        return {**message, "params": {**params, "_meta": meta}} if meta else message


class DispatcherSending(Sending):
    """Around ``send_raw_request`` of the dispatchers that the SDK has from 2.0 on."""

    def read(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Outgoing:
        """What is about to be sent; its id is told when the SDK's own span would begin."""
        given = dict(zip(("method", "params", "opts"), args, strict=False), **kwargs)
        version = protocol_version_in((given.get("opts") or {}).get("headers"))
        attributes = {} if version is None else {semconv.MCP_PROTOCOL_VERSION: version}
        connection = self._connections.of(getattr(instance, "_write_stream", None))
        return Outgoing(Request(given["method"], field_of(given, "params")), connection, attributes)
