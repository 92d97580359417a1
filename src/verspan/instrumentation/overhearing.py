"""Hearing the bytes that an application, or the client for it, reads from an HTTP response."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import aclosing, closing
from typing import Any

from verspan.instrumentation.answers import Answer
from verspan.instrumentation.guard import report

_Pieces = Callable[..., Generator[bytes, None, None]]
_AsyncPieces = Callable[..., AsyncGenerator[bytes, None]]


def is_event_stream(http_response: Any) -> bool:
    """Whether a response's body is a stream of server-sent events."""
    return str(http_response.headers.get("content-type", "")).startswith("text/event-stream")


def is_text(http_response: Any) -> bool:
    """Whether a response's body is text, such as JSON; a binary one has nothing that could be read as an answer."""
    kind = str(http_response.headers.get("content-type", "")).lower()
    return not kind or kind.startswith("text/") or "json" in kind


def overhear(http_response: Any, answer: Answer, *, as_events: bool) -> bool:
    """Have an answer get what is read from a response, piece by piece as it is read.

    All ways of reading in httpx go through ``iter_bytes`` and ``aiter_bytes``, whose results are passed on.

    Args:
        http_response: a response of httpx, whichever major version.
        answer: what gets the bytes.
        as_events: whether they are a stream of events; else they are one whole body.

    Returns:
        Whether the response can be overheard.
    """
    add = answer.add_events if as_events else answer.add_body
    able = False
    for name, overhearing in (("iter_bytes", _sync), ("aiter_bytes", _async)):
        original = getattr(http_response, name, None)
        if original is not None:
            setattr(http_response, name, overhearing(original, add))
            able = True
    return able


def _hear(add: Callable[[bytes], None], piece: bytes) -> bytes:
    try:
        add(piece)
    except Exception as error:  # noqa: BLE001 - the application reads on
        report(error, "overhearing a response")
    return piece


def _sync(original: _Pieces, add: Callable[[bytes], None]) -> _Pieces:
    def iter_bytes(*args: Any, **kwargs: Any) -> Generator[bytes, None, None]:
        with closing(original(*args, **kwargs)) as pieces:
            for piece in pieces:
                yield _hear(add, piece)

    return iter_bytes


def _async(original: _AsyncPieces, add: Callable[[bytes], None]) -> _AsyncPieces:
    async def aiter_bytes(*args: Any, **kwargs: Any) -> AsyncGenerator[bytes, None]:
        async with aclosing(original(*args, **kwargs)) as pieces:
            async for piece in pieces:
                yield _hear(add, piece)

    return aiter_bytes
