"""Requests and sessions as steps with a span or a measurement, by the conventions for this protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opentelemetry.trace import Link, SpanKind

from verspan import semconv
from verspan.instrumentation.operation_metrics import DurationMetric
from verspan.instrumentation.operations import Operation
from verspan_mcp._requests import GET_PROMPT, Request

_SESSION_LABELS = (
    semconv.MCP_PROTOCOL_VERSION,
    semconv.NETWORK_TRANSPORT,
    semconv.SERVER_ADDRESS,
    semconv.SERVER_PORT,
)
_LABELS = (
    semconv.MCP_METHOD_NAME,
    semconv.GEN_AI_OPERATION_NAME,
    semconv.GEN_AI_TOOL_NAME,
    semconv.GEN_AI_PROMPT_NAME,
    *_SESSION_LABELS,
)
_METRICS: Mapping[SpanKind, DurationMetric] = {
    kind: DurationMetric(name, description, _LABELS, semconv.MCP_DURATION_BUCKETS)
    for kind, name, description in (
        (SpanKind.CLIENT, semconv.METRIC_MCP_CLIENT_OPERATION_DURATION, "Duration of a request, as its sender sees it"),
        (SpanKind.SERVER, semconv.METRIC_MCP_SERVER_OPERATION_DURATION, "Duration of a request where it is handled"),
    )
}
_SESSION_METRICS: Mapping[SpanKind, DurationMetric] = {
    kind: DurationMetric(name, description, _SESSION_LABELS, semconv.MCP_DURATION_BUCKETS)
    for kind, name, description in (
        (SpanKind.CLIENT, semconv.METRIC_MCP_CLIENT_SESSION_DURATION, "Duration of a session, as its client sees it"),
        (SpanKind.SERVER, semconv.METRIC_MCP_SERVER_SESSION_DURATION, "Duration of a session at its server"),
    )
}


@dataclass(frozen=True)
class RequestOperation(Operation):
    """A request; only the call of a tool is an operation of the GenAI conventions."""

    @property
    def span_name(self) -> str:
        """The method, and the tool or the prompt that it names."""
        method = str(self.attributes[semconv.MCP_METHOD_NAME])
        return f"{method} {self.name}" if self.name else method

    @property
    def metric(self) -> DurationMetric:
        """That of the side that the request is seen from."""
        return _METRICS[self.kind]

    def known(self) -> dict[str, Any]:
        """The attributes that the span starts with."""
        return dict(self.attributes)


@dataclass(frozen=True)
class SessionOperation(RequestOperation):
    """A session, which has no span."""

    @property
    def metric(self) -> DurationMetric:
        """That of the side that the session is seen from."""
        return _SESSION_METRICS[self.kind]


def request_operation(
    request: Request, kind: SpanKind, connection: Mapping[str, Any], links: Sequence[Link] = ()
) -> RequestOperation:
    """The step that a request is.

    Args:
        request: what is asked.
        kind: CLIENT where it is sent, SERVER where it is handled.
        connection: attributes of what it comes or goes by.
        links: spans that it has to do with and that are not its parent.
    """
    attributes = {semconv.MCP_METHOD_NAME: request.method, **request.attributes(), **connection}
    if request.is_tool_call:
        attributes[semconv.GEN_AI_OPERATION_NAME] = "execute_tool"
    if request.target is not None:
        named = semconv.GEN_AI_PROMPT_NAME if request.method == GET_PROMPT else semconv.GEN_AI_TOOL_NAME
        attributes[named] = request.target
    name = "execute_tool" if request.is_tool_call else request.method
    return RequestOperation(name, request.target, attributes, kind, links)
