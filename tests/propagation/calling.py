"""An application that a test runs in a process of its own: it calls services below a span, and shows what came of it.

``python -m tests.propagation.calling CLIENT URL...`` prints a line of JSON for each answer, then one for each span.
``SESSION`` in the environment is the session of its trace, and ``api.openai.com`` is this machine.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from collections.abc import Callable
from typing import Any

from tests.propagation.serving import shown_spans, tracer

import verspan

Get = Callable[[str], Any]


def requests() -> Get:
    """With requests."""
    import requests as library
    from opentelemetry.instrumentation.requests import RequestsInstrumentor

    RequestsInstrumentor().instrument()
    return lambda url: library.get(url, timeout=30).json()


def urllib3() -> Get:
    """With urllib3."""
    import urllib3 as library
    from opentelemetry.instrumentation.urllib3 import URLLib3Instrumentor

    def get(url: str) -> Any:
        with library.PoolManager() as pool:
            return pool.request("GET", url).json()

    URLLib3Instrumentor().instrument()
    return get


def urllib() -> Get:
    """With the standard library."""
    from urllib.request import urlopen

    from opentelemetry.instrumentation.urllib import URLLibInstrumentor

    def get(url: str) -> Any:
        with urlopen(url) as response:  # noqa: S310 - a test's own service
            return json.load(response)

    URLLibInstrumentor().instrument()
    return get


def httpx() -> Get:
    """With httpx, on this thread."""
    import httpx as library
    from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor

    def get(url: str) -> Any:
        with library.Client(follow_redirects=True) as client:
            return client.get(url).json()

    HTTPXClientInstrumentor().instrument()
    return get


def httpx_async() -> Get:
    """With httpx, in an event loop."""
    import httpx as library
    from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor

    async def get(url: str) -> Any:
        async with library.AsyncClient() as client:
            return (await client.get(url)).json()

    HTTPXClientInstrumentor().instrument()
    return lambda url: asyncio.run(get(url))


def aiohttp() -> Get:
    """With aiohttp."""
    import aiohttp as library
    from opentelemetry.instrumentation.aiohttp_client import AioHttpClientInstrumentor

    async def get(url: str) -> Any:
        async with library.ClientSession() as session, session.get(url) as response:
            return await response.json()

    AioHttpClientInstrumentor().instrument()
    return lambda url: asyncio.run(get(url))


def grpc() -> Get:
    """With gRPC, without generated code."""
    import grpc as library  # type: ignore[import-untyped]  # it has no types
    from opentelemetry.instrumentation.grpc import GrpcInstrumentorClient

    def get(url: str) -> Any:
        with library.insecure_channel(url.removeprefix("http://").strip("/")) as channel:
            return json.loads(channel.unary_unary("/shop.v1.Retrieval/Find")(b""))

    GrpcInstrumentorClient().instrument()  # type: ignore[no-untyped-call]  # nor has this
    return get


def openai() -> Get:
    """With the OpenAI client, whose requests are httpx2's."""
    import openai as library
    from opentelemetry.instrumentation.httpx import HTTPX2ClientInstrumentor

    def get(url: str) -> Any:
        with library.OpenAI(base_url=url, api_key="none") as client:
            return client.get("/", cast_to=object)

    HTTPX2ClientInstrumentor().instrument()
    return get


def resolve(host: str) -> None:
    """Have a host be this machine."""
    ask = socket.getaddrinfo

    def getaddrinfo(name: str | bytes | None, *args: Any, **kwargs: Any) -> Any:
        return ask("127.0.0.1" if name in (host, host.encode()) else name, *args, **kwargs)

    socket.getaddrinfo = getaddrinfo  # type: ignore[assignment]  # it takes what that one takes


CLIENTS = {client.__name__: client for client in (requests, urllib3, urllib, httpx, httpx_async, aiohttp, grpc, openai)}


def main(client: str, *urls: str) -> None:
    """Call each address, below one span."""
    resolve("api.openai.com")
    with shown_spans():
        get = CLIENTS[client]()
        with tracer.start_as_current_span("ask"):
            if "SESSION" in os.environ:
                verspan.update_current_trace(session_id=os.environ["SESSION"], user_id="u-17")
            for url in urls:
                print(json.dumps(get(url)))  # noqa: T201 - this is how the test is told


if __name__ == "__main__":
    main(*sys.argv[1:])
