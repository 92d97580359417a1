"""Real OTLP receivers, over HTTP and over gRPC, that treat requests as they are told to; the benches use them too."""

from __future__ import annotations

import gzip
import os
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import grpc  # type: ignore[import-untyped]  # no stubs are published with it
from google.protobuf.any_pb2 import Any as AnyMessage  # type: ignore[import-untyped]  # likewise
from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]  # likewise
from google.protobuf.message import Message  # type: ignore[import-untyped]  # likewise
from google.rpc.error_details_pb2 import RetryInfo  # type: ignore[import-untyped]  # likewise
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]  # likewise
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

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

    keeps: bool = True
    """Whether it is a collector that keeps what it answers 200 to."""

    @property
    def takes(self) -> bool:
        """Whether the spans are kept."""
        succeeds = self.status == 200 and self.code is grpc.StatusCode.OK
        return succeeds and self.keeps and not (self.raw or self.resets or self.silent)


FAILURES = {
    "429, Retry-After": Reply(
        status=429, code=grpc.StatusCode.RESOURCE_EXHAUSTED, headers={"Retry-After": "0"}, retry_delay_s=0
    ),
    "503": Reply(status=503, code=grpc.StatusCode.UNAVAILABLE),
    "500": Reply(status=500, code=grpc.StatusCode.INTERNAL),
    "401": Reply(status=401, code=grpc.StatusCode.UNAUTHENTICATED),
    "404": Reply(status=404, code=grpc.StatusCode.UNIMPLEMENTED),
    "garbage": Reply(headers={"Content-Type": "application/x-protobuf"}, body=b"\xff\xff", keeps=False),
}
"""Answers, by their name over HTTP, after which nothing may be lost."""


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
        os.close(self.connection.detach())  # at once, though the reading side still refers to it

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@contextmanager
def receiving_http(port: int = 0) -> Iterator[Receiver]:
    """An OTLP receiver over HTTP, on a free port or a given one."""
    server = _HttpServer(("127.0.0.1", port), _Handler)
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


@contextmanager
def receiving_grpc(port: int = 0) -> Iterator[Receiver]:
    """An OTLP receiver over gRPC, on a free port or a given one."""
    server = grpc.server(ThreadPoolExecutor(16))
    receiver = Receiver(f"http://127.0.0.1:{server.add_insecure_port(f'127.0.0.1:{port}')}")
    server.add_generic_rpc_handlers((_TraceService(receiver),))
    server.start()
    yield receiver
    receiver.released.set()
    server.stop(None).wait()
