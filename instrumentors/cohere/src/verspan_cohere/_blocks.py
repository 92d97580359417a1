"""Streams, which are blocks: ``with`` one the request is sent, and its response has the events.

The client's own context manager stays what it is. What it drives, a generator that it keeps, is stood in for.
"""

from __future__ import annotations

from contextlib import _AsyncGeneratorContextManager, _GeneratorContextManager
from typing import Any

from verspan.instrumentation.lifecycle import CallRun
from verspan.instrumentation.stepping import AwaitIn, run_in
from verspan.instrumentation.streams import follow_stream
from verspan.instrumentation.wrapper import CallWrapper

_BLOCKS = (_GeneratorContextManager, _AsyncGeneratorContextManager)


class BlockWrapper(CallWrapper):
    """What wrapt calls in place of a method whose response may be a block."""

    def _received(self, run: CallRun, response: Any) -> Any:
        if not isinstance(response, _BLOCKS):
            return super()._received(run, response)
        response.gen = _Block(response.gen, run)  # type: ignore[assignment]  # it does what is asked of a generator
        return response


class _Block:
    """Stands in for the generator of a block: the response that it gives first is the one to follow."""

    def __init__(self, source: Any, run: CallRun) -> None:
        self._source = source
        self._run: CallRun | None = run

    def __next__(self) -> Any:
        run, self._run = self._run, None
        if run is None:
            return next(self._source)
        try:
            response = run_in(run.context, self._source.__next__)
        except BaseException as failure:
            run.finish(failure)
            raise
        return _followed(response, run)

    async def __anext__(self) -> Any:
        run, self._run = self._run, None
        if run is None:
            return await self._source.__anext__()
        try:
            response = await AwaitIn(run.context, self._source.__anext__())
        except BaseException as failure:
            run.finish(failure)
            raise
        return _followed(response, run)

    def throw(self, *thrown: Any) -> Any:
        """Pass on what was raised within the block."""
        return self._source.throw(*thrown)

    def close(self) -> None:
        """Close the block."""
        self._source.close()

    def athrow(self, *thrown: Any) -> Any:
        """Pass on what was raised within an asynchronous block."""
        return self._source.athrow(*thrown)

    def aclose(self) -> Any:
        """Close an asynchronous block."""
        return self._source.aclose()


def _followed(response: Any, run: CallRun) -> Any:
    response._data = follow_stream(response._data, run)  # noqa: SLF001 - the envelope shows it and sets it nowhere
    return response
