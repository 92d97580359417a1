"""Receivers, spans and providers for the tests of this exporter."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from exporters.otlp.tests.receivers import Receiver, receiving_grpc, receiving_http
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.id_generator import IdGenerator

from verspan.settings import Settings
from verspan.spool.spans import Origin, SpooledContext, SpooledSpan
from verspan_otlp.environment import OtlpProtocol

START_NS = 1_750_000_000_000_000_000
_ORIGIN = Origin(Resource({"service.name": "support"}), None)


@pytest.fixture
def http_receiver() -> Iterator[Receiver]:
    """An OTLP receiver over HTTP."""
    with receiving_http() as receiver:
        yield receiver


@pytest.fixture
def grpc_receiver() -> Iterator[Receiver]:
    """An OTLP receiver over gRPC."""
    with receiving_grpc() as receiver:
        yield receiver


@pytest.fixture(params=list(OtlpProtocol), ids=["http", "grpc"])
def protocol(request: pytest.FixtureRequest) -> OtlpProtocol:
    """Each protocol in turn."""
    found: OtlpProtocol = request.param
    return found


@pytest.fixture
def receiver(protocol: OtlpProtocol) -> Iterator[Receiver]:
    """A receiver of the protocol."""
    with receiving_grpc() if protocol is OtlpProtocol.GRPC else receiving_http() as receiver:
        yield receiver


@pytest.fixture
def make_span() -> Callable[..., SpooledSpan]:
    """Makes spans as they come back from the spool, with counted ids."""
    return partial(_spooled, count(1))


def _spooled(ids: Iterator[int], name: str, **changes: Any) -> SpooledSpan:
    span = SpooledSpan(
        origin=_ORIGIN,
        context=SpooledContext(trace_id=0xABC, span_id=next(ids), trace_flags=1, trace_state="", is_remote=False),
        parent=None,
        name=name,
        kind=0,
        start_time=START_NS,
        end_time=START_NS + 1,
        status_code=0,
        status_description=None,
        attributes={},
        dropped_attributes=0,
        events=(),
        dropped_events=0,
        links=(),
        dropped_links=0,
        packed=None,
    )
    return span._replace(**changes)


@pytest.fixture
def refused() -> Iterator[str]:
    """An address at which nothing listens, for as long as the test runs."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of OpenTelemetry's but those that a test sets."""
    for name in [name for name in os.environ if name.startswith("OTEL_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings that send to OTLP alone, from a spool of the test's own."""
    return Settings(store_url=f"sqlite:///{tmp_path}/unused.db", exporters=("otlp",))


class _CountedIds(IdGenerator):
    def __init__(self) -> None:
        self._last = 0

    def generate_span_id(self) -> int:
        self._last += 1
        return self._last

    def generate_trace_id(self) -> int:
        return 0xABC


@pytest.fixture
def make_provider() -> Iterator[Callable[..., TracerProvider]]:
    """Makes providers with counted ids, and shuts them down."""
    made: list[TracerProvider] = []

    def make(resource: Resource | None = None) -> TracerProvider:
        named = resource or Resource({"service.name": "support"})
        made.append(TracerProvider(resource=named, id_generator=_CountedIds(), shutdown_on_exit=False))
        return made[-1]

    yield make
    for provider in made:
        provider.shutdown()
