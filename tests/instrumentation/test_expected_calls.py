"""Whether a model call of a framework is one that a client's instrumentor sees."""

from __future__ import annotations

from opentelemetry.context import Context

from verspan.instrumentation.expected_calls import ExpectedCall, expected_call
from verspan.instrumentation.operations import Operation, OperationRun
from verspan.instrumentation.stepping import run_in
from verspan.instrumentation.telemetry import Telemetry
from verspan.testing import CapturedTelemetry

from .acme import Client


def test_seen(client: Client) -> None:
    """A client's call is seen by whoever expects it, and by whoever expects that one."""
    outer = ExpectedCall("router", Context())
    inner = ExpectedCall("model", outer.context)
    run_in(inner.context, client.ask, "Hello")
    assert (inner.seen, outer.seen) == (True, True)


def test_not_seen(client: Client) -> None:
    """A call elsewhere is none of those that are expected."""
    expected = ExpectedCall("model", Context())
    client.ask("Hello")
    assert (expected.seen, expected_call(), expected_call(expected.context)) == (False, None, expected)


def test_told_afterwards(captured: CapturedTelemetry) -> None:
    """The span of a call that nobody saw begins when the call began."""
    telemetry = Telemetry.for_scope("verspan-acme", "1", **captured.providers)
    OperationRun(telemetry, Operation("chat", "acme-1"), Context(), started_ago_s=60.0).finish()
    ((span, _),) = captured._ended
    assert span.start_time is not None
    assert span.end_time is not None
    assert span.end_time - span.start_time >= 60 * 10**9
