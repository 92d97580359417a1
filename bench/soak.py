"""A hundred thousand calls whose streams are given up half-way: no span is left open, and nothing grows.

    python bench/soak.py [CALLS]

Streams are closed, left in a `with`, broken out of and dropped, dropped unread, failed in by the application, and their
tasks cancelled, in turn. `open` is the spans that have begun and not ended, `kept` the calls that anything still holds,
`resident` the process's own memory; each after a garbage collection.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from itertools import cycle, islice
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import openai
import orjson
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from typing_extensions import Self

from verspan.instrumentation import abandoned
from verspan.instrumentation.lifecycle import CallRun
from verspan.instrumentation.policy import Policy, set_policy
from verspan.settings import ContentMode
from verspan_openai import OpenAIInstrumentor

CALLS = 100_000
LINES = 10
_SECONDS = 60.0
_ASKED: dict[str, Any] = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello?"}], "stream": True}


class Sample(NamedTuple):
    """What is there after some calls."""

    calls: int
    open_spans: int
    kept_calls: int
    resident_kib: int


class _Counter(SpanProcessor):
    """Counts spans that begin and end."""

    def __init__(self) -> None:
        self.open = 0

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002 - the SDK's signature
        """Count one more."""
        self.open += 1

    def on_end(self, span: ReadableSpan) -> None:  # noqa: ARG002 - likewise
        """Count one less."""
        self.open -= 1


def main(arguments: list[str] | None = None) -> None:
    """Give up streams and print what is left."""
    calls = int(arguments[0]) if arguments else CALLS
    print(f"{'calls':>10} {'open':>6} {'kept':>6} {'resident, MiB':>14}")
    for found in soak(calls, calls // LINES):
        print(f"{found.calls:10,} {found.open_spans:6} {found.kept_calls:6} {found.resident_kib / 1024:14.1f}")


def soak(calls: int, each: int) -> Iterator[Sample]:
    """Make calls and give up their streams; a sample after each so many.

    Args:
        calls: how many.
        each: after how many to look.
    """
    counter, provider = _Counter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(counter)
    set_policy(Policy(content=ContentMode.SPAN_ONLY))
    OpenAIInstrumentor().instrument(tracer_provider=provider)
    try:
        with _Client() as client:
            ways = cycle(client.ways)
            for made in range(each, calls + 1, each):
                for give_up in islice(ways, each):
                    give_up()
                yield _sample(made, counter, client)
    finally:
        OpenAIInstrumentor().uninstrument()
        set_policy(Policy())


class _Client:
    """A client of each kind over a transport that answers at once, and the ways to give up a stream."""

    def __init__(self) -> None:
        transport = httpx2.MockTransport(_answer)
        options: dict[str, Any] = {"api_key": "bench", "base_url": "http://127.0.0.1:9/v1"}
        self._client = openai.OpenAI(**options, http_client=httpx2.Client(transport=transport))
        self._async_client = openai.AsyncOpenAI(**options, http_client=httpx2.AsyncClient(transport=transport))
        self._loop = asyncio.new_event_loop()
        self.ways: list[Callable[[], None]] = [
            self._close,
            self._leave,
            self._drop,
            self._drop_unread,
            self._fail,
            lambda: self._loop.run_until_complete(self._cancel()),
            lambda: self._loop.run_until_complete(self._leave_async()),
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._client.close()
        self._loop.run_until_complete(self._async_client.close())
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def settle(self) -> None:
        """Let the event loop do what it still has to do."""
        self._loop.run_until_complete(asyncio.sleep(0))

    def _stream(self) -> Any:
        return self._client.chat.completions.create(**_ASKED)

    def _close(self) -> None:
        stream = self._stream()
        next(stream)
        stream.close()

    def _leave(self) -> None:
        with self._stream() as stream:
            next(stream)

    def _drop(self) -> None:
        for _ in self._stream():
            break

    def _drop_unread(self) -> None:
        self._stream()

    def _fail(self) -> None:
        with suppress(LookupError), self._stream() as stream:
            next(stream)
            raise LookupError("the application's own")

    async def _cancel(self) -> None:
        task = asyncio.ensure_future(self._read_for_ever())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _read_for_ever(self) -> None:
        async with await self._async_client.chat.completions.create(**_ASKED) as stream:
            async for _ in stream:
                await asyncio.Event().wait()

    async def _leave_async(self) -> None:
        async with await self._async_client.chat.completions.create(**_ASKED) as stream:
            await anext(stream)


class _Chunks(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """The bytes of a stream, chunk by chunk."""

    def __iter__(self) -> Iterator[bytes]:
        yield from _CHUNKS

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in _CHUNKS:
            yield chunk


def _answer(request: httpx2.Request) -> httpx2.Response:  # noqa: ARG001 - every request has the same answer
    return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=_Chunks())


def _chunk(word: str) -> bytes:
    choice = {"index": 0, "delta": {"content": word}, "finish_reason": None}
    chunk = {"id": "chatcmpl-soak", "object": "chat.completion.chunk", "model": "gpt-4o-mini", "choices": [choice]}
    return b"data: " + orjson.dumps(chunk) + b"\n\n"


_CHUNKS = [*(_chunk("word ") for _ in range(20)), b"data: [DONE]\n\n"]


def _sample(calls: int, counter: _Counter, client: _Client) -> Sample:
    for _ in range(3):  # what a finalizer lets go of at one time is found at the next
        client.settle()
        gc.collect()
    abandoned.wait(_SECONDS)
    kept = sum(type(found) is CallRun for found in gc.get_objects())
    return Sample(calls, counter.open, kept, _resident_kib())


def _resident_kib() -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("RssAnon:")))


if __name__ == "__main__":
    main(sys.argv[1:])
