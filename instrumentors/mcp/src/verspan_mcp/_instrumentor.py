"""The instrumentor of the ``mcp`` package, the protocol's Python SDK."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from verspan.instrumentation.instrumentor import BaseInstrumentor, Method, patched
from verspan.instrumentation.telemetry import Telemetry
from verspan.semconv import ENV_MCP_PROPAGATE
from verspan_mcp._connections import Connections, PostWriter, transport_functions
from verspan_mcp._handling import (
    CallbackHandling,
    InitializeHandling,
    MiddlewareHandling,
    ResponderHandling,
    Responding,
)
from verspan_mcp._native import Injection, SilentSpan
from verspan_mcp._sending import DispatcherSending, SessionSending
from verspan_mcp._sessions import ConnectionOpening, Entering, Leaving, SessionClock

_BEFORE_2 = "mcp.shared.session"
_SINCE_2 = "mcp.shared.jsonrpc_dispatcher"
_CLIENT = "mcp.client.session"
_Seams = Sequence[tuple[Any, Sequence[Method]]]


class MCPInstrumentor(BaseInstrumentor):
    """One span for every request on each side: where a client sends it and where a server handles it.

    The SDK was rewritten for 2.0, so that each of its two generations has seams of its own. A seam that the installed
    one does not have is never imported, or is optional.
    """

    distribution = "verspan-mcp"

    def start(self, telemetry: Telemetry) -> Callable[[], None]:
        """Put a wrapper around each of the seams."""
        connections = Connections()
        carrying = os.environ.get(ENV_MCP_PROPAGATE, "").strip().lower() != "false"
        seams = [
            (PostWriter(connections), [Method("mcp.client.streamable_http", "StreamableHTTPTransport", "post_writer")]),
            *_before_2(telemetry, connections, carrying=carrying),
            *_since_2(telemetry, connections, carrying=carrying),
            *_sessions(SessionClock(telemetry, connections)),
        ]
        stops = [patched(methods, wrapper, _switch(wrapper)) for wrapper, methods in seams]
        for function in transport_functions(connections):
            function.apply()
            stops.append(function.remove)

        def stop() -> None:
            for each in stops:
                each()

        return stop


def _before_2(telemetry: Telemetry, connections: Connections, *, carrying: bool) -> _Seams:
    sending = SessionSending(telemetry, connections, carrying=carrying)
    return [
        (sending, [Method(_BEFORE_2, "BaseSession", "send_request")]),
        (
            ResponderHandling(telemetry, connections),
            [
                Method("mcp.server.lowlevel.server", "Server", "_handle_request", optional=True),
                Method(_CLIENT, "ClientSession", "_received_request", optional=True),
            ],
        ),
        (
            InitializeHandling(telemetry, connections),
            [Method("mcp.server.session", "ServerSession", "_received_request", optional=True)],
        ),
        (Responding(), [Method(_BEFORE_2, "RequestResponder", "respond")]),
    ]


def _since_2(telemetry: Telemetry, connections: Connections, *, carrying: bool) -> _Seams:
    return [
        (
            DispatcherSending(telemetry, connections, carrying=carrying),
            [
                Method(_SINCE_2, "JSONRPCDispatcher", "send_raw_request"),
                Method("mcp.shared.direct_dispatcher", "DirectDispatcher", "send_raw_request"),
            ],
        ),
        (
            MiddlewareHandling(telemetry, connections),
            [Method("mcp.server._otel", "OpenTelemetryMiddleware", "__call__")],
        ),
        (
            CallbackHandling(telemetry, connections),
            [Method(_CLIENT, "ClientSession", "dispatch_input_request", optional=True)],
        ),
        (SilentSpan(), [Method(_SINCE_2, "", "otel_span"), Method("mcp.server._otel", "", "otel_span")]),
        (Injection(carrying=carrying), [Method(_SINCE_2, "", "inject_trace_context")]),
    ]


def _sessions(clock: SessionClock) -> _Seams:
    return [
        (
            Entering(clock),
            [
                Method(_BEFORE_2, "BaseSession", "__aenter__"),
                Method(_CLIENT, "ClientSession", "__aenter__", optional=True),
            ],
        ),
        (
            Leaving(clock),
            [
                Method(_BEFORE_2, "BaseSession", "__aexit__"),
                Method(_CLIENT, "ClientSession", "__aexit__", optional=True),
            ],
        ),
        (ConnectionOpening(clock), [Method("mcp.server.connection", "Connection", "for_loop")]),
    ]


def _switch(wrapper: Any) -> Callable[[], None]:
    def switch_off() -> None:
        wrapper.active = False

    return switch_off
