"""Real OTLP receivers, over HTTP and over gRPC, in the test's own process."""

from __future__ import annotations

import gzip
import os
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import grpc  # type: ignore[import-untyped]  # no stubs are published with it
import pytest
from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]  # likewise
from google.protobuf.message import Message  # type: ignore[import-untyped]  # likewise
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.id_generator import IdGenerator

from verspan.settings import Settings

_REQUESTS: dict[str, type[Message]] = {
    "/v1/traces": ExportTraceServiceRequest,
    "/v1/metrics": ExportMetricsServiceRequest,
    "/v1/logs": ExportLogsServiceRequest,
}


@dataclass
class Received:
    """One export request, decoded."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class Receiver:
    """What a test sees of a receiver."""

    endpoint: str
    status: int = 200
    """What it answers over HTTP."""
    requests: list[Received] = field(default_factory=list)

    def take(self, path: str, headers: dict[str, str], message: Message) -> None:
        """Keep a request."""
        body = MessageToDict(message, preserving_proto_field_name=True)
        self.requests.append(Received(path, {name.lower(): value for name, value in headers.items()}, body))

    def spans(self) -> list[dict[str, Any]]:
        """Every span received, in order."""
        return [
            span
            for request in self.requests
            if request.path == "/v1/traces"
            for resource in request.body["resource_spans"]
            for scope in resource["scope_spans"]
            for span in scope["spans"]
        ]


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    receiver: Receiver


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        receiver = cast("_HttpServer", self.server).receiver
        data = self.rfile.read(int(self.headers["Content-Length"]))
        message = _REQUESTS[self.path]()
        message.ParseFromString(gzip.decompress(data) if self.headers["Content-Encoding"] == "gzip" else data)
        receiver.take(self.path, dict(self.headers), message)
        self.send_response(receiver.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@pytest.fixture
def http_receiver() -> Iterator[Receiver]:
    """An OTLP receiver over HTTP."""
    server = _HttpServer(("127.0.0.1", 0), _Handler)
    server.receiver = Receiver(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.receiver
    server.shutdown()
    thread.join()
    server.server_close()


class _TraceService(TraceServiceServicer):
    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    def Export(self, request: Any, context: Any) -> Any:  # noqa: N802 - the service's own name
        self._receiver.take("/v1/traces", dict(context.invocation_metadata()), request)
        return ExportTraceServiceResponse()


@pytest.fixture
def grpc_receiver() -> Iterator[Receiver]:
    """An OTLP receiver over gRPC."""
    server = grpc.server(ThreadPoolExecutor(1))
    receiver = Receiver(f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}")
    add_TraceServiceServicer_to_server(_TraceService(receiver), server)  # type: ignore[no-untyped-call]  # generated
    server.start()
    yield receiver
    server.stop(None).wait()


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
def settings() -> Settings:
    """Settings that send to OTLP alone."""
    return Settings(store_url="sqlite:///unused.db", exporters=("otlp",))


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
