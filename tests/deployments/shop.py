"""The application that the tests deploy: each order is a span, under the process's version or the one it asks for.

What has ended is written down in the file that ``SHOP_ENDED`` names, once ``end()`` has returned, which is exact
whatever becomes of the process.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable
from contextlib import nullcontext
from typing import Any

import verspan

VERSION = "shop-v1"
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_ended = os.open(os.environ["SHOP_ENDED"], os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


def take(order: str, version: str = "") -> str:
    """Take an order, and say which process did."""
    with verspan.active_model(version) if version else nullcontext(), verspan.start_span(order):
        pass
    os.write(_ended, f"{order} {version or VERSION}\n".encode())
    return str(os.getpid())


def _answer(path: str, query: str) -> bytes:
    order = path.removeprefix("/")
    return (take(order, query) if order else "open").encode()


def wsgi(environ: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], Any]) -> Iterable[bytes]:
    """The shop over WSGI: a path is an order, its query the version that takes it."""
    body = _answer(environ["PATH_INFO"], environ["QUERY_STRING"])
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


async def asgi(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """The shop over ASGI; when its server ends it flushes, if it is told."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
        return
    body = _answer(scope["path"], scope["query_string"].decode())
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": body})


async def _live(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    verspan.flush(timeout=5)
    await send({"type": "lifespan.shutdown.complete"})


verspan.set_experiment("shop")
verspan.set_active_model(name=VERSION)
take(f"loaded-{os.getpid()}")
