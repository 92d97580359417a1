"""A small client of our own, with streams of a type that cannot be entered, and the adapter that reads it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

from typing_extensions import Self

from verspan.instrumentation.calls import Call, CallInput, Reply, Request, Usage
from verspan.instrumentation.serialising import snapshot

WORDS = ("one ", "two ", "three")


class Stream:
    """A stream that is its own iterator and knows whether it was closed."""

    def __init__(self, words: Iterator[str]) -> None:
        self._words = words
        self.closed = False
        self.kept = "an attribute of the stream's own"

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        return next(self._words)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        self.closed = True


class AsyncStream:
    """The same, asynchronous, and given as an asynchronous iterable rather than an iterator."""

    def __init__(self) -> None:
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[str]:
        for word in WORDS:
            await asyncio.sleep(0)
            yield word

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        self.closed = True


class Client:
    """Answers with a dict, or streams words."""

    def ask(self, prompt: str, *, stream: bool = False) -> Any:
        if prompt == "fail":
            raise RuntimeError("acme is closed")
        return Stream(iter(WORDS)) if stream else {"text": "".join(WORDS), "tokens": 3}

    async def ask_async(self, prompt: str, *, stream: bool = False) -> Any:
        await asyncio.sleep(0)
        return AsyncStream() if stream else self.ask(prompt)


class AcmeAdapter:
    """Reads the client's calls."""

    name = "acme.chat"
    failure_marks: Sequence[bytes] = ()

    def describe(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call | None:
        if args[0] == "not a call":
            return None
        return Call("chat", "acme", request_model="acme-1", stream=bool(kwargs.get("stream")))

    def snapshot_request(
        self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], *, content: bool
    ) -> bytes:
        return snapshot({"prompt": args[0]} if content else {})

    def snapshot_response(self, response: Any) -> bytes:
        return snapshot(response)

    def is_stream(self, response: Any) -> bool:
        return isinstance(response, (Stream, AsyncStream))

    def is_raw(self, response: Any) -> bool:
        return False

    def http_response(self, response: Any) -> Any:
        return None

    def answer_in(self, failure: BaseException) -> Any:
        return None

    def read_request(self, body: Any) -> Request:
        return Request()

    def read_input(self, body: Any) -> CallInput:
        return CallInput([{"role": "user", "parts": [{"type": "text", "content": body["prompt"]}]}])

    def read_reply(self, body: Any, reply: Reply) -> None:
        whole = isinstance(body, dict)
        text = body["text"] if whole else body
        reply.choice(0).text.append(text)
        if text.endswith(WORDS[-1]):
            reply.choice(0).finish_reason = "stop"
        if whole:
            reply.usage = Usage(input_tokens=1, output_tokens=body["tokens"])
