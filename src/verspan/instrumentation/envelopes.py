"""Envelopes around a response: raw responses, and responses whose body the application reads itself.

The application keeps the client's own object. Where the body has been read the answer is there at once; otherwise the
call goes on until the envelope is parsed, closed or dropped, and what the application reads meanwhile is overheard.
"""

from __future__ import annotations

from inspect import isawaitable
from typing import Any

from verspan.instrumentation import abandoned
from verspan.instrumentation.guard import report
from verspan.instrumentation.lifecycle import CallRun
from verspan.instrumentation.overhearing import is_event_stream, is_text, overhear
from verspan.instrumentation.stepping import AwaitIn, run_in
from verspan.instrumentation.streams import call_before, follow_stream


def follow_envelope(envelope: Any, run: CallRun) -> None:
    """Finish a call when its envelope has given the answer, or will not any more."""
    abandoned.watch()
    try:
        response = run.adapter.http_response(envelope)
        body = _body_of(response)
        if body is None:
            _Envelope(envelope, response, run).hook()
            return
        if run.read and is_text(response):
            add = run.answer.add_events if is_event_stream(response) else run.answer.documents.append
            add(body)
    except Exception as error:  # noqa: BLE001 - the application gets its response in any case
        report(error, "following a raw response")
    run.finish()


def _body_of(http_response: Any) -> bytes | None:
    """The body, decoded; None while nobody has read it, because reading it is the caller's."""
    try:
        return bytes(http_response.content)
    except RuntimeError:  # httpx and httpx2 each have their own ResponseNotRead, and both derive it from this
        return None


class _Envelope:
    """An envelope whose body is still to be read."""

    def __init__(self, envelope: Any, http_response: Any, run: CallRun) -> None:
        self._run = run
        self._parse = envelope.parse
        self._envelope = envelope
        self._http_response = http_response
        self._heard = False

    def hook(self) -> None:
        """See what the envelope's ``parse`` gives, what else is read of it, and when it is closed."""
        self._envelope.parse = self._parsing
        if self._run.read and is_text(self._http_response):
            as_events = is_event_stream(self._http_response)
            self._heard = overhear(self._http_response, self._run.answer, as_events=as_events)
        call_before(self._envelope, ("close",), self._run.finish)

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
            return follow_stream(parsed, self._run, heard=self._heard)
        if self._heard:
            self._run.finish()
        else:
            self._run.take_response(parsed)
        return parsed
