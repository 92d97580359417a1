"""Streams of events and bodies that the application reads: heard as it reads them, in the client's own objects.

Both of the client's types look at attributes of the object for what they read from, and so take ours in its place.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any

from verspan.instrumentation.guard import report
from verspan.instrumentation.lifecycle import CallRun
from verspan.instrumentation.streams import Relay, call_before


def follow_events(stream: Any, run: CallRun) -> None:
    """Have the events of an ``EventStream`` taken, and the call finished when they end, however they do."""
    stream._event_generator = Relay(stream._event_generator, run, heard=True)  # noqa: SLF001 - where it reads from
    stream._parse_event = _parsing(stream._parse_event, run)  # noqa: SLF001 - what makes events of what it reads
    call_before(stream, ("close",), run.finish)


def follow_body(body: Any, run: CallRun) -> None:
    """Have the bytes of a ``StreamingBody`` taken, and the call finished when all of them are read."""
    # It reads for every method of the body, and is what the body's block gives; an asynchronous one has no such reader.
    targets = (body,) if hasattr(body, "__aiter__") else (body._raw_stream, body)  # noqa: SLF001 - see above
    length = getattr(body, "_content_length", None)
    heard = _Heard(run, int(length) if length is not None else None)
    for target in targets:
        try:
            target.read = heard.reading(target.read)
            break
        except AttributeError:  # an object in memory that takes no attributes
            continue
    call_before(body, ("close",), run.finish)


def _parsing(parse: Callable[[Any], Any], run: CallRun) -> Callable[[Any], Any]:
    def parse_event(event: Any) -> Any:
        try:
            parsed = parse(event)
        except BaseException as failure:
            run.finish(failure)
            raise
        return _awaited(parsed, run) if isawaitable(parsed) else _taken(parsed, run)

    return parse_event


async def _awaited(parsing: Awaitable[Any], run: CallRun) -> Any:
    try:
        parsed = await parsing
    except BaseException as failure:
        run.finish(failure)
        raise
    return _taken(parsed, run)


def _taken(event: Any, run: CallRun) -> Any:
    if event and run.read:
        try:
            run.answer.documents.append(run.adapter.snapshot_response(event))
        except Exception as error:  # noqa: BLE001 - the application gets its event in any case
            report(error, "taking a response")
    return event


class _Heard:
    """What an application has read of a body."""

    def __init__(self, run: CallRun, length: int | None) -> None:
        self._run = run
        self._left = length

    def reading(self, read: Callable[..., Any]) -> Callable[..., Any]:
        """The same reading, heard; synchronous or not."""

        def heard_read(amount: int | None = None, *args: Any, **kwargs: Any) -> Any:
            try:
                piece = read(amount, *args, **kwargs)
            except BaseException as failure:
                self._run.finish(failure)
                raise
            return self._awaited(piece, amount) if isawaitable(piece) else self._passed(piece, amount)

        return heard_read

    async def _awaited(self, reading: Awaitable[bytes], amount: int | None) -> bytes:
        try:
            piece = await reading
        except BaseException as failure:
            self._run.finish(failure)
            raise
        return self._passed(piece, amount)

    def _passed(self, piece: bytes, amount: int | None) -> bytes:
        if piece and self._run.read:
            self._run.answer.add_body(bytes(piece))
        if self._left is not None:
            self._left -= len(piece)
        if amount is None or amount < 0 or (not piece and amount) or self._left == 0:
            self._run.finish()
        return piece
