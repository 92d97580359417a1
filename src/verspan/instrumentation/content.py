"""A call as it was taken while it happened, and what it says once it is read.

Reading and shaping take several times as long as taking, and where nobody but Verspan's own exporters waits for the
span the application need not wait either: the call is handed over as it was taken, and read on the thread that keeps
the span, or in another process where this one is gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from verspan import semconv
from verspan.instrumentation.adapter import CallAdapter, adapter_named
from verspan.instrumentation.answers import Answer
from verspan.instrumentation.attributes import (
    call_attributes,
    input_content,
    output_content,
    reply_attributes,
    request_attributes,
)
from verspan.instrumentation.calls import Call, Reply, Request
from verspan.instrumentation.guard import report
from verspan.instrumentation.handover import Packed, ReadyContent
from verspan.instrumentation.serialising import MAX_CONTENT_BYTES, from_snapshot

KIND = "call"
_OPENAI = "openai."


class TakenCall:
    """One call's request and answer; see :class:`verspan.instrumentation.handover.Supplement`."""

    __slots__ = (
        "_adapter",
        "_body",
        "_call",
        "_on_span",
        "_reply",
        "_request",
        "answer",
        "captures",
        "failure",
        "first_chunk_s",
        "request",
    )

    def __init__(self, adapter: CallAdapter, call: Call, *, captures: bool, on_span: bool = False) -> None:
        """Take nothing yet.

        Args:
            adapter: what reads it.
            call: what was known of it when it began.
            captures: whether content may be captured; where not, the request has none.
            on_span: whether the attributes are on the span already.
        """
        self._adapter = adapter
        self._call = call
        self._on_span = on_span
        self._body: Any = None
        self._request: Request | None = None
        self._reply: Reply | None = None
        self.captures = captures
        self.request: bytes | None = None
        """The request as the client's own JSON."""
        self.answer = Answer(adapter, capture_content=captures)
        self.first_chunk_s: float | None = None
        """Seconds from the start of the call to the first chunk of its stream."""
        self.failure: dict[str, bytes] = {}
        """Message and stack trace of what the call raised."""

    def attributes(self) -> dict[str, Any]:
        """What is not on the span yet; what cannot be read is left out."""
        return {} if self._on_span else {**call_attributes(self._call), **self.outcome()}

    def outcome(self) -> dict[str, Any]:
        """All that request and answer say beside their content and what was known before."""
        request = self.read_request()
        found = {**request_attributes(request), **reply_attributes(request, self.read_reply())}
        if self.first_chunk_s is not None:
            found[semconv.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK] = self.first_chunk_s
        if not self._call.has_openai_flavour:
            return {name: value for name, value in found.items() if not name.startswith(_OPENAI)}
        return found

    def content(self) -> dict[str, bytes]:
        """Messages, tools and what the call raised, as JSON or text; what cannot be read is left out."""
        if not self.captures:
            return self.failure
        found: dict[str, bytes] = {}
        try:
            if self.request is not None:
                found = input_content(self._adapter.read_input(self._request_body()))
            found.update(output_content(self.read_reply()))
        except Exception as error:  # noqa: BLE001 - whatever an adapter stumbles over, the span is kept
            report(error, "reading a call's messages")
        return {**found, **self.failure}

    def packed(self) -> Packed:
        """What was taken, where it may be kept and none of it has been read; else what it says."""
        plain = self.answer.plain
        if self._reply is not None or plain is None or not self.captures or self._is_large(plain[0]):
            return ReadyContent(self.content(), self.attributes()).packed()
        taken = (self.request, plain, self.first_chunk_s, self.failure)
        return (KIND, self._adapter.name, tuple(self._call), taken, self._on_span)

    @classmethod
    def unpack(cls, state: Packed) -> TakenCall:
        """The call that was packed, from what follows its kind; the adapter of its name reads it."""
        name, known, (request, answer, first_chunk_s, failure), on_span = state
        adapter = adapter_named(name)
        taken = cls(adapter, Call(*known), captures=True, on_span=on_span)
        taken.request, taken.first_chunk_s, taken.failure = request, first_chunk_s, failure
        taken.answer = Answer.of(adapter, answer, capture_content=True)
        return taken

    def read_request(self) -> Request:
        """The parameters of the call; none where they cannot be read."""
        if self._request is None:
            self._request = Request()
            try:
                if self.request is not None:
                    self._request = self._adapter.read_request(self._request_body())
            except Exception as error:  # noqa: BLE001 - likewise
                report(error, "reading a request")
        return self._request

    def read_reply(self) -> Reply:
        """What was answered, as far as it can be read."""
        if self._reply is None:
            self._reply = self.answer.reply
            try:
                self.answer.read()
            except Exception as error:  # noqa: BLE001 - likewise
                report(error, "reading a response")
        return self._reply

    def _is_large(self, answered: Sequence[bytes]) -> bool:
        """Whether question or answer is larger than content may be, so that writing it costs more than shaping it."""
        return max(len(self.request or b""), sum(map(len, answered))) > MAX_CONTENT_BYTES

    def _request_body(self) -> Any:
        if self._body is None:
            self._body = from_snapshot(self.request or b"{}")
        return self._body
