"""The acme client, wrapped, with its telemetry in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import wrapt

from verspan.instrumentation.adapter import CallAdapter
from verspan.instrumentation.telemetry import Telemetry
from verspan.instrumentation.wrapper import CallWrapper
from verspan.settings import MetricDialect
from verspan.testing import CapturedTelemetry, capture_spans

from .acme import AcmeAdapter, Client

Wrap = Callable[[CallAdapter, CapturedTelemetry], Client]


def wrapped_client(adapter: CallAdapter, captured: CapturedTelemetry) -> Client:
    """An acme client whose two methods are traced."""
    telemetry = Telemetry.for_scope("verspan-acme", "1", **captured.providers)
    wrapper = CallWrapper(telemetry, [adapter])

    class Traced(Client):
        ask = wrapt.FunctionWrapper(Client.ask, wrapper)
        ask_async = wrapt.FunctionWrapper(Client.ask_async, wrapper)

    return Traced()


@pytest.fixture
def captured(monkeypatch: pytest.MonkeyPatch) -> Iterator[CapturedTelemetry]:
    """Telemetry in memory; an error of our own fails the test."""
    monkeypatch.setenv("VERSPAN_RAISE_INTERNAL_ERRORS", "1")
    with capture_spans() as captured:
        yield captured


@pytest.fixture
def client(captured: CapturedTelemetry) -> Client:
    """A traced acme client."""
    return wrapped_client(AcmeAdapter(), captured)


@contextmanager
def traced_in(dialect: MetricDialect) -> Iterator[tuple[Client, CapturedTelemetry]]:
    """A traced acme client whose metrics have the names of one dialect."""
    with capture_spans(metric_dialect=dialect) as captured:
        yield wrapped_client(AcmeAdapter(), captured), captured
