"""Real OTLP receivers, over HTTP and over gRPC, in the test's own process."""

from __future__ import annotations

import gzip
import os
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any, cast

import grpc  # type: ignore[import-untyped]  # no stubs are published with it
import pytest
from google.protobuf.any_pb2 import Any as AnyMessage  # type: ignore[import-untyped]  # likewise
from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]  # likewise
from google.protobuf.message import Message  # type: ignore[import-untyped]  # likewise
from google.rpc.error_details_pb2 import RetryInfo  # type: ignore[import-untyped]  # likewise
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]  # likewise
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.id_generator import IdGenerator

from verspan.settings import Settings
from verspan.spool.spans import Origin, SpooledContext, SpooledSpan

START_NS = 1_750_000_000_000_000_000
_ORIGIN = Origin(Resource({"service.name": "support"}), None)
_REQUESTS: dict[str, type[Message]] = {
    "/v1/traces": ExportTraceServiceRequest,
    "/v1/metrics": ExportMetricsServiceRequest,
    "/v1/logs": ExportLogsServiceRequest,
}


@dataclass(frozen=True)
class Reply:
    """What a receiver does with one request."""

    status: int = 200
    """Over HTTP."""
    code: grpc.StatusCode = grpc.StatusCode.OK
    """Over gRPC."""
    text: str = ""
    """What it says; over HTTP as the whole body where `body` has none."""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    retry_delay_s: int | None = None
    """Over gRPC, as the details of a status say it."""
    details: bytes = b""
    """Over gRPC, in place of such details."""
    raw: bytes | None = None
    """What it answers in place of HTTP."""
    resets: bool = False
    """It ends the connection before it has read the whole body."""
    silent: bool = False
    """It reads and never answers."""

    @property
    def takes(self) -> bool:
        """Whether the spans are kept."""
        return self.status == 200 and self.code is grpc.StatusCode.OK and not (self.raw or self.resets or self.silent)


@dataclass
class Received:
    """One export request, decoded."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    taken: bool


@dataclass
class Receiver:
    """What a test sees of a receiver."""

    endpoint: str
    replies: deque[Reply] = field(default_factory=deque)
    """How it treats the next requests, in order."""
    usual: Reply = field(default_factory=Reply)
    """How it treats all others."""
    refuses: Callable[[list[str]], Reply | None] = lambda names: None
    """Its answer to spans of these names, where it has a particular one."""
    requests: list[Received] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    """Set when the test is over, for replies that never come."""

    def take(self, path: str, headers: dict[str, str], message: Message) -> Reply:
        """Keep a request, and say what to answer."""
        body = MessageToDict(message, preserving_proto_field_name=True)
        names = [span["name"] for span in _spans(body)] if path == "/v1/traces" else []
        reply = self.replies.popleft() if self.replies else self.refuses(names) or self.usual
        lowered = {name.lower(): value for name, value in headers.items()}
        self.requests.append(Received(path, lowered, body, reply.takes))
        return reply

    def spans(self) -> list[dict[str, Any]]:
        """Every span that was taken, in order."""
        taken = [request for request in self.requests if request.path == "/v1/traces" and request.taken]
        return [span for request in taken for span in _spans(request.body)]

    def names(self) -> list[str]:
        """The names of the spans that were taken, in order."""
        return [span["name"] for span in self.spans()]

    def tried(self) -> list[list[str]]:
        """The names of the spans of every request, taken or not."""
        return [[span["name"] for span in _spans(request.body)] for request in self.requests]


def _spans(body: dict[str, Any]) -> list[dict[str, Any]]:
    scopes = [scope for resource in body.get("resource_spans", []) for scope in resource["scope_spans"]]
    return [span for scope in scopes for span in scope["spans"]]


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    receiver: Receiver


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps connections, as collectors do

    def do_POST(self) -> None:
        receiver = cast("_HttpServer", self.server).receiver
        if receiver.replies and receiver.replies[0].resets:
            receiver.replies.popleft()
            self._reset()
            return
        data = self.rfile.read(int(self.headers["Content-Length"]))
        message = _REQUESTS[self.path]()
        message.ParseFromString(gzip.decompress(data) if self.headers["Content-Encoding"] == "gzip" else data)
        self._answer(receiver, receiver.take(self.path, dict(self.headers), message))

    def _answer(self, receiver: Receiver, reply: Reply) -> None:
        self.close_connection = reply.silent or reply.raw is not None
        if reply.silent:
            receiver.released.wait()
        elif reply.raw is not None:
            self.wfile.write(reply.raw)
        else:
            body = reply.body or reply.text.encode()
            self.send_response(reply.status)
            for name, value in {**reply.headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    def _reset(self) -> None:
        self.close_connection = True
        self.rfile.read(10)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

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
    server.receiver.released.set()
    server.shutdown()
    thread.join()
    server.server_close()


class _TraceService(grpc.GenericRpcHandler):  # type: ignore[misc]  # grpc has no types
    """Takes and gives bytes, so that it can also give what is no message."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    def service(self, handler_call_details: Any) -> Any:
        """The one method there is, whatever was called."""
        return grpc.unary_unary_rpc_method_handler(self._export)

    def _export(self, request: bytes, context: Any) -> bytes:
        message = ExportTraceServiceRequest.FromString(request)
        reply = self._receiver.take("/v1/traces", dict(context.invocation_metadata()), message)
        if reply.silent:
            self._receiver.released.wait()
        if details := reply.details or _details(reply):
            context.set_trailing_metadata((("grpc-status-details-bin", details),))
        if reply.code is not grpc.StatusCode.OK:
            context.abort(reply.code, reply.text)
        return reply.body


def _details(reply: Reply) -> bytes:
    if reply.retry_delay_s is None:
        return b""
    info = RetryInfo()
    info.retry_delay.seconds = reply.retry_delay_s
    detail = AnyMessage()
    detail.Pack(info)
    encoded: bytes = Status(code=reply.code.value[0], message=reply.text, details=[detail]).SerializeToString()
    return encoded


@pytest.fixture
def grpc_receiver() -> Iterator[Receiver]:
    """An OTLP receiver over gRPC."""
    server = grpc.server(ThreadPoolExecutor(1))
    receiver = Receiver(f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}")
    server.add_generic_rpc_handlers((_TraceService(receiver),))
    server.start()
    yield receiver
    receiver.released.set()
    server.stop(None).wait()


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
