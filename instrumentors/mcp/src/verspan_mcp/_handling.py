"""Requests that are handled, by servers and by clients that their servers ask something."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from opentelemetry import propagate
from opentelemetry.context import Context, get_current
from opentelemetry.instrumentation.utils import is_instrumentation_enabled
from opentelemetry.trace import Link, SpanKind, get_current_span

from verspan import semconv
from verspan.instrumentation.guard import report
from verspan.instrumentation.operations import OperationRun
from verspan.instrumentation.telemetry import Telemetry
from verspan_mcp._connections import SESSION_HEADER, Connections
from verspan_mcp._exchange import Exchange, current_exchange, settled
from verspan_mcp._operations import request_operation
from verspan_mcp._requests import INITIALIZE, Request


@dataclass(frozen=True)
class Incoming:
    """What is known of a request that has arrived."""

    request: Request
    meta: Any = None
    """Its ``_meta``: a JSON object or the SDK's model of it."""
    http: Any = None
    """The HTTP request that it came by, as Starlette has it."""
    stream: Any = None
    """What its answer is written to."""
    protocol_version: str | None = None


class Handling(ABC):
    """What wrapt calls in place of a method that handles a request."""

    def __init__(self, telemetry: Telemetry, connections: Connections) -> None:
        self._telemetry = telemetry
        self._connections = connections
        self.active = True

    def __call__(
        self, wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Handle the request, with a span around it."""
        if not self.active:
            return wrapped(*args, **kwargs)
        return self._handled(wrapped, instance, args, kwargs)

    @abstractmethod
    def read(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Incoming | None:
        """What has arrived; None where it is no request, or one that is handled elsewhere."""

    def answered(self, exchange: Exchange, answer: Any, args: tuple[Any, ...]) -> None:  # noqa: ARG002 - as above
        """Take what the method returned."""
        exchange.take(answer)

    async def _handled(
        self, wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        exchange = self._begin(instance, args, kwargs)
        if exchange is None:
            return await wrapped(*args, **kwargs)
        return await settled(
            exchange, wrapped(*args, **kwargs), lambda exchange, answer: self.answered(exchange, answer, args)
        )

    def _begin(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Exchange | None:
        if not is_instrumentation_enabled():
            return None
        try:
            incoming = self.read(instance, args, kwargs)
            if incoming is None or not incoming.request.is_told:
                return None
            parent, links = _parentage(incoming.meta)
            operation = request_operation(incoming.request, SpanKind.SERVER, self._connection_of(incoming), links)
            return Exchange(incoming.request, OperationRun(self._telemetry, operation, parent), SpanKind.SERVER)
        except Exception as error:  # noqa: BLE001 - a request that cannot be described is handled without a span
            report(error, "describing a request")
            return None

    def _connection_of(self, incoming: Incoming) -> dict[str, Any]:
        known = {semconv.MCP_PROTOCOL_VERSION: incoming.protocol_version}
        if incoming.http is not None:
            known.update(_http_attributes(incoming.http))
        elif self._connections.of(incoming.stream).is_pipe:
            known[semconv.NETWORK_TRANSPORT] = "pipe"
        return {name: value for name, value in known.items() if value is not None}


class ResponderHandling(Handling):
    """Around methods of the SDK before 2.0 that get a ``RequestResponder``; its answer :class:`Responding` sees."""

    def read(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Incoming | None:  # noqa: ARG002 - as every reading
        """What has arrived at ``Server._handle_request`` or ``ClientSession._received_request``."""
        return _incoming(_responder(args, kwargs))

    def answered(self, exchange: Exchange, answer: Any, args: tuple[Any, ...]) -> None:  # noqa: ARG002 - nothing is returned
        """See whether the request was cancelled, of which these methods raise nothing."""
        if args and getattr(args[0], "cancelled", False):
            exchange.run.tell_failure("CancelledError")


class InitializeHandling(ResponderHandling):
    """Around ``ServerSession._received_request`` before 2.0, which answers the first request alone."""

    def read(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Incoming | None:
        """The first request; every other is handled by the server."""
        found = super().read(instance, args, kwargs)
        return found if found is not None and found.request.method == INITIALIZE else None


class Responding:
    """Around ``RequestResponder.respond`` before 2.0: what a request is answered."""

    def __init__(self) -> None:
        self.active = True

    def __call__(
        self, wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Take the answer and pass it on."""
        exchange = current_exchange() if self.active else None
        if exchange is not None and exchange.request.request_id == instance.request_id:
            exchange.take(args[0] if args else kwargs["response"])
        return wrapped(*args, **kwargs)


class MiddlewareHandling(Handling):
    """Around the SDK's own OpenTelemetry middleware, from 2.0 on; a server without it has no spans of ours either."""

    def read(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Incoming | None:  # noqa: ARG002 - as every reading
        """What has arrived, unless it is a notification."""
        context = args[0] if args else kwargs["ctx"]
        if context.request_id is None:
            return None
        request = Request(context.method, context.params, context.request_id)
        meta = (context.params or {}).get("_meta")
        return Incoming(request, meta, context.request, _stream_of(context.session), context.protocol_version)


class CallbackHandling(Handling):
    """Around ``ClientSession.dispatch_input_request``, from 2.0 on: what servers ask of clients."""

    def read(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Incoming | None:
        """What the server asks."""
        context, request = (*args, *kwargs.values())[:2]
        version = getattr(instance, "protocol_version", None)
        asked = Request(request.method, request.params, context.request_id)
        return Incoming(asked, context.meta, protocol_version=version)


def _responder(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    return args[0] if args else next(iter(kwargs.values()))


def _incoming(responder: Any) -> Incoming:
    asked = responder.request.root
    session = responder._session  # noqa: SLF001 - the SDK tells it nowhere else
    metadata = getattr(responder, "message_metadata", None)
    client = getattr(session, "client_params", None)
    return Incoming(
        request=Request(asked.method, getattr(asked, "params", None), responder.request_id),
        meta=responder.request_meta,
        http=getattr(metadata, "request_context", None),
        stream=getattr(session, "_write_stream", None),
        protocol_version=None if client is None else str(client.protocolVersion),
    )


def _stream_of(session: Any) -> Any:
    """What the answers of a session from 2.0 on are written to."""
    channel = getattr(session, "_request_outbound", None)
    channel = getattr(channel, "_inner", channel)
    return getattr(getattr(channel, "_dispatcher", None), "_write_stream", None)


def _parentage(meta: Any) -> tuple[Context, list[Link]]:
    """The context of a request whose sender may have told its own, and a link to the span that is current here."""
    ambient = get_current()
    told = meta if isinstance(meta, Mapping) else (getattr(meta, "model_extra", None) or {})
    carrier = {name: value for name, value in told.items() if isinstance(value, str)}
    context = propagate.extract(carrier, ambient)
    here, sender = get_current_span(ambient).get_span_context(), get_current_span(context).get_span_context()
    return context, [Link(here)] if here.is_valid and here.span_id != sender.span_id else []


def _http_attributes(http: Any) -> dict[str, Any]:
    scope, headers = getattr(http, "scope", None), getattr(http, "headers", None)
    if not isinstance(scope, Mapping) or not isinstance(headers, Mapping):
        return {}  # a transport of somebody else's, with whatever it likes
    host, port = scope.get("client") or (None, None)
    return {
        semconv.NETWORK_TRANSPORT: "tcp",
        semconv.NETWORK_PROTOCOL_NAME: "http",
        semconv.NETWORK_PROTOCOL_VERSION: scope.get("http_version"),
        semconv.CLIENT_ADDRESS: host,
        semconv.CLIENT_PORT: port,
        semconv.MCP_SESSION_ID: headers.get(SESSION_HEADER),
    }
