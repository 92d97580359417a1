"""A collector within a program of a test: it takes spans by OTLP over HTTP and remembers them."""

from __future__ import annotations

import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from verspan.semconv import SPAN_REGISTERED

TRACES = "/v1/traces"


class Collector:
    """Listens on a free port of this machine, to which the environment then points."""

    def __init__(self, *, silent: bool = False) -> None:
        """Start it.

        Args:
            silent: never answer, as a collector that hangs.
        """
        self.names: list[str] = []
        """Names of the application's spans; those that tell of versions are among the requests alone."""
        self.requests: list[ExportTraceServiceRequest] = []
        self._answer = threading.Event()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if silent:
                    collector._answer.wait()
                if self.path == TRACES:
                    collector._take(ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server has
                """Keep quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://127.0.0.1:{self._server.server_port}"

    def answer(self) -> None:
        """Answer after all."""
        self._answer.set()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()

    def _take(self, request: ExportTraceServiceRequest) -> None:
        self.requests.append(request)
        scopes = [scope for resource in request.resource_spans for scope in resource.scope_spans]
        self.names += [span.name for scope in scopes for span in scope.spans if span.name != SPAN_REGISTERED]
