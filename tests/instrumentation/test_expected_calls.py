"""Model calls that a framework expects, and whether a client's span has begun for them."""

from __future__ import annotations

import pytest
from opentelemetry.context import get_current

from verspan.instrumentation.expected_calls import ExpectedCall, expected_call
from verspan.instrumentation.operations import Operation, OperationRun
from verspan.instrumentation.stepping import run_in
from verspan.instrumentation.telemetry import Telemetry
from verspan.testing import CapturedTelemetry

from .acme import Client


def test_a_call_inside_is_seen(client: Client) -> None:
    """A call that begins where one is expected is seen by all that expect it there, and by nobody else."""
    outer, other = ExpectedCall("outer", get_current()), ExpectedCall("other", get_current())
    inner = ExpectedCall("inner", outer.context)
    client.ask("hi")
    assert not inner.seen
    run_in(inner.context, client.ask, "hi")
    assert (inner.seen, outer.seen, other.seen) == (True, True, False)
    assert expected_call(inner.context) is inner


def test_told_afterwards(captured: CapturedTelemetry) -> None:
    """A step that is told of when it is over has the time that it took."""
    telemetry = Telemetry.for_scope("verspan-acme", "1", **captured.providers)
    span = OperationRun(telemetry, Operation("chat", "acme-1"), started_ago_s=60).span
    span.end()
    assert (span.end_time - span.start_time) / 1e9 == pytest.approx(60, abs=1)  # type: ignore[attr-defined]  # the SDK's
