"""Envelopes around a response: raw responses, and responses whose body the application reads itself.

The application keeps the client's own object. Where the body has been read the reply is there at once; otherwise the
call goes on until the envelope is parsed, closed or dropped, and what the application reads meanwhile is overheard.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import aclosing, closing
from inspect import isawaitable
from typing import Any

from verspan.instrumentation import abandoned
from verspan.instrumentation.guard import report
from verspan.instrumentation.lifecycle import CallRun
from verspan.instrumentation.serialising import MAX_CONTENT_BYTES
from verspan.instrumentation.stepping import AwaitIn, run_in
from verspan.instrumentation.streams import call_before, follow_stream

Pieces = Callable[..., Generator[bytes, None, None]]
AsyncPieces = Callable[..., AsyncGenerator[bytes, None]]


def follow_envelope(envelope: Any, run: CallRun) -> None:
    """Finish a call when its envelope has given the reply, or will not any more."""
    abandoned.watch()
    try:
        body = run.adapter.raw_body(envelope)
        if body is None:
            _Envelope(envelope, run).hook()
            return
        run.adapter.read_body(body, envelope, run.reply)
    except Exception as error:  # noqa: BLE001 - the application gets its response in any case
        report(error, "following a raw response")
    run.finish()


class _Envelope:
    """An envelope whose body is still to be read."""

    def __init__(self, envelope: Any, run: CallRun) -> None:
        self._run = run
        self._parse = envelope.parse
        self._envelope = envelope
        self._overheard = _Overheard()

    def hook(self) -> None:
        """See what the envelope's ``parse`` gives, what else is read of it, and when it is closed."""
        self._envelope.parse = self._parsing
        self._overheard.listen_to(getattr(self._envelope, "http_response", None))
        call_before(self._envelope, ("close",), self._closed)

    def _parsing(self, *args: Any, **kwargs: Any) -> Any:
        try:
            parsed = run_in(self._run.context, self._parse, *args, **kwargs)
        except BaseException as failure:
            self._run.finish(failure)
            raise
        return self._awaited(parsed) if isawaitable(parsed) else self._parsed(parsed)

    async def _awaited(self, parsing: Any) -> Any:
        try:
            parsed = await AwaitIn(self._run.context, parsing)
        except BaseException as failure:
            self._run.finish(failure)
            raise
        return self._parsed(parsed)

    def _parsed(self, parsed: Any) -> Any:
        if self._run.adapter.is_stream(parsed):
            self._overheard.stop()
            return follow_stream(parsed, self._run)
        self._run.read_response(parsed)
        return parsed

    def _closed(self) -> None:
        if self._run.finished:
            return
        try:
            body = self._run.adapter.raw_body(self._envelope) or self._overheard.body()
            if body:
                self._run.adapter.read_body(body, self._envelope, self._run.reply)
        except Exception as error:  # noqa: BLE001 - likewise
            report(error, "reading a raw response")
        self._run.finish()


class _Overheard:
    """What the application reads of a body piece by piece, as long as it stays within the size cap of content."""

    def __init__(self) -> None:
        self._pieces: list[bytes] | None = []
        self._size = 0

    def listen_to(self, http_response: Any) -> None:
        """Pass on what ``iter_bytes`` and ``aiter_bytes`` give; all other ways of reading in httpx go through them."""
        for name, overhearing in (("iter_bytes", self._sync), ("aiter_bytes", self._async)):
            original = getattr(http_response, name, None)
            if original is not None:
                setattr(http_response, name, overhearing(original))

    def body(self) -> bytes:
        """All that was read; nothing where it was too much."""
        return b"".join(self._pieces or ())

    def stop(self) -> None:
        """Keep nothing, now or later."""
        self._pieces = None

    def _add(self, piece: bytes) -> bytes:
        if self._pieces is not None:
            self._pieces.append(piece)
            self._size += len(piece)
            if self._size > MAX_CONTENT_BYTES:
                self.stop()
        return piece

    def _sync(self, original: Pieces) -> Pieces:
        def iter_bytes(*args: Any, **kwargs: Any) -> Generator[bytes, None, None]:
            with closing(original(*args, **kwargs)) as pieces:
                for piece in pieces:
                    yield self._add(piece)

        return iter_bytes

    def _async(self, original: AsyncPieces) -> AsyncPieces:
        async def aiter_bytes(*args: Any, **kwargs: Any) -> AsyncGenerator[bytes, None]:
            async with aclosing(original(*args, **kwargs)) as pieces:
                async for piece in pieces:
                    yield self._add(piece)

        return aiter_bytes
