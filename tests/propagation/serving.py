"""A service that a test runs in a process of its own: it says where it listens, serves, and at the end shows its spans.

``python -m tests.propagation.serving KIND`` serves until its standard input ends. Every kind answers with the headers
that came, below a span that the application makes by hand.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import verspan

tracer = trace.get_tracer("shop")


def answer(headers: Mapping[str, str]) -> dict[str, str]:
    """What every kind of service does with a request."""
    with tracer.start_as_current_span("work"):
        return {name.lower(): value for name, value in headers.items()}


@contextmanager
def shown_spans() -> Iterator[None]:
    """Set up an application with a provider of its own, and print a line for each span that it has made by the end.

    ``OWN_VERSION`` in the environment names its version in its code.
    """
    memory = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(memory))
    trace.set_tracer_provider(provider)
    verspan.set_experiment("shop")
    verspan.autolog()
    if "OWN_VERSION" in os.environ:
        verspan.set_active_model(name=os.environ["OWN_VERSION"])
    yield
    for span in memory.get_finished_spans():
        print(span.to_json(indent=None))  # noqa: T201 - likewise


def wait_for_end() -> None:
    """Wait until whoever started this closes its standard input."""
    sys.stdin.read()


def say(port: int) -> None:
    """Tell where the service listens."""
    print(port, flush=True)  # noqa: T201 - this is how the test is told


def fastapi() -> None:
    """FastAPI, by ASGI."""
    from fastapi import FastAPI
    from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor

    app = FastAPI()
    FastAPIInstrumentor.instrument_app(app)
    _serve_asgi(app)


def starlette() -> None:
    """Starlette, by ASGI."""
    from opentelemetry.instrumentation.starlette import StarletteInstrumentor
    from starlette.applications import Starlette

    app = Starlette()
    StarletteInstrumentor.instrument_app(app)
    _serve_asgi(app)


def flask() -> None:
    """Flask, by WSGI."""
    from flask import Flask, request
    from opentelemetry.instrumentation.flask import FlaskInstrumentor

    app = Flask("shop")
    FlaskInstrumentor().instrument_app(app)  # type: ignore[no-untyped-call]  # the package left it untyped

    @app.get("/")
    def root() -> dict[str, str]:
        return answer(dict(request.headers))

    _serve_wsgi(app)


def django() -> None:
    """Django, by WSGI."""
    from django import setup  # type: ignore[import-untyped]  # Django has no types
    from django.conf import settings  # type: ignore[import-untyped]  # Django has no types
    from django.core.wsgi import get_wsgi_application  # type: ignore[import-untyped]  # Django has no types
    from django.http import HttpRequest, JsonResponse  # type: ignore[import-untyped]  # Django has no types
    from django.urls import path  # type: ignore[import-untyped]  # Django has no types
    from opentelemetry.instrumentation.django import DjangoInstrumentor

    def root(request: HttpRequest) -> JsonResponse:
        return JsonResponse(answer(request.headers))

    settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="shop", MIDDLEWARE=[])  # noqa: S106 - of a test
    globals()["urlpatterns"] = [path("", root)]
    DjangoInstrumentor().instrument()
    setup()
    _serve_wsgi(get_wsgi_application())


def grpc() -> None:
    """gRPC, without generated code."""
    from concurrent.futures import ThreadPoolExecutor

    import grpc as library  # type: ignore[import-untyped]  # it has no types
    from opentelemetry.instrumentation.grpc import GrpcInstrumentorServer

    def find(_request: bytes, call: Any) -> bytes:
        return json.dumps(answer({key: str(value) for key, value in call.invocation_metadata()})).encode()

    GrpcInstrumentorServer().instrument()  # type: ignore[no-untyped-call]  # nor has this
    methods = {"Find": library.unary_unary_rpc_method_handler(find)}
    server = library.server(ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers([library.method_handlers_generic_handler("shop.v1.Retrieval", methods)])
    say(server.add_insecure_port("127.0.0.1:0"))
    server.start()
    wait_for_end()
    server.stop(None).wait()


def _serve_asgi(app: Any) -> None:
    import uvicorn
    from starlette.requests import Request
    from starlette.responses import JSONResponse

    def on_a_thread(request: Request) -> JSONResponse:
        return JSONResponse(answer(request.headers))

    async def on_the_loop(request: Request) -> JSONResponse:
        await asyncio.sleep(0)
        return JSONResponse(answer(request.headers))

    app.add_route("/", on_the_loop)
    app.add_route("/thread", on_a_thread)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    say(listening.getsockname()[1])
    wait_for_end()
    server.should_exit = True
    thread.join()
    listening.close()


def _serve_wsgi(app: Any) -> None:
    from wsgiref.simple_server import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that wsgiref has
            """Keep quiet."""

    with make_server("127.0.0.1", 0, app, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        say(server.server_port)
        wait_for_end()
        server.shutdown()
        thread.join()


def main() -> None:
    """Serve, then show the spans."""
    with shown_spans():
        {"fastapi": fastapi, "starlette": starlette, "flask": flask, "django": django, "grpc": grpc}[sys.argv[1]]()


if __name__ == "__main__":
    main()
