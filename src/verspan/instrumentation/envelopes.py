"""Envelopes around a response: raw responses, and responses whose body the application reads itself.

The application keeps the client's own object. Where the body has been read the reply is there at once; otherwise the
call goes on until the envelope is parsed, closed or dropped.
"""

from __future__ import annotations

from inspect import isawaitable
from typing import Any

from verspan.instrumentation import abandoned
from verspan.instrumentation.guard import report
from verspan.instrumentation.lifecycle import CallRun
from verspan.instrumentation.stepping import AwaitIn, run_in
from verspan.instrumentation.streams import call_before, follow_stream


def follow_envelope(envelope: Any, run: CallRun) -> None:
    """Finish a call when its envelope has given the reply, or will not any more."""
    abandoned.watch()
    try:
        if run.adapter.read_raw(envelope, run.reply):
            run.finish()
            return
        _Envelope(envelope, run).hook()
    except Exception as error:  # noqa: BLE001 - the application gets its response in any case
        report(error, "following a raw response")
        run.finish()


class _Envelope:
    """An envelope whose body is still to be read."""

    def __init__(self, envelope: Any, run: CallRun) -> None:
        self._run = run
        self._parse = envelope.parse
        self._envelope = envelope
        self._streaming = False

    def hook(self) -> None:
        """See what the envelope's ``parse`` gives, and when it is closed."""
        self._envelope.parse = self._parsing
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
            self._streaming = True
            return follow_stream(parsed, self._run)
        self._run.read_response(parsed)
        return parsed

    def _closed(self) -> None:
        try:
            if not self._streaming:
                self._run.adapter.read_raw(self._envelope, self._run.reply)
        except Exception as error:  # noqa: BLE001 - likewise
            report(error, "reading a raw response")
        self._run.finish()
