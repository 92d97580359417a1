"""Spooled spans to a collector, one try at a time.

OpenTelemetry's own exporters are not used for it. They try again by themselves, for up to their timeout and on the
thread that drains the spool, and they keep to themselves how long the collector asked to be left alone, how many spans
it rejected and why. What they are made of (endpoint, headers, session, channel) is private to them and differs between
their versions. Their encoder, the protocol's messages and the reader of headers are public, and are what is used here;
:mod:`verspan_otlp.connection` reads the variables that they obey.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.instrumentation.utils import suppress_instrumentation

from verspan.errors import InvalidArgumentError
from verspan.spool.delivery import Outcome
from verspan.spool.spans import SpooledSpan
from verspan_otlp.answers import Answer, Verdict
from verspan_otlp.connection import Connection
from verspan_otlp.cost import with_cost
from verspan_otlp.environment import OtlpProtocol

_logger = logging.getLogger(__name__)

LARGEST_REQUEST = 3_500_000
"""Bytes before compression; gRPC servers take 4 MiB unless they are told otherwise."""


class Sender(Protocol):
    """Sends an encoded request once."""

    def send(self, payload: bytes, timeout_s: float) -> Answer:
        """Send it, and wait at most so many seconds for the answer."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


def make_sender(protocol: OtlpProtocol, connection: Connection) -> Sender:
    """The sender of a protocol, of which only the one that is used is imported: gRPC is heavy.

    Raises:
        InvalidArgumentError: a credential provider is named that cannot be used.
        OSError: a file of certificates cannot be read.
    """
    if protocol is OtlpProtocol.GRPC:
        from verspan_otlp.grpc_sender import GrpcSender

        return GrpcSender(connection)
    from verspan_otlp.http_sender import HttpSender

    return HttpSender(connection)


class OtlpDelivery:
    """Delivers batches over OTLP, each span with what it cost.

    A batch is cut in halves as long as it is too large for a request, and where the collector refuses it, until the
    span is found that it refuses. What it has taken of a batch is not sent again when the rest is tried later.
    """

    def __init__(self, connect: Callable[[], Sender], timeout_s: float, hint: str = "") -> None:
        """Connect to nothing yet.

        Args:
            connect: makes a sender, with the first batch and after every :meth:`close`.
            timeout_s: how long one request may take, in seconds.
            hint: what to look at where a request comes to nothing and the answer gives no advice.
        """
        self._connect = connect
        self._timeout_s = timeout_s
        self._hint = hint
        self._sender: Sender | None = None
        self._settled: set[tuple[int, int]] = set()
        self._refused = 0
        self._reason = ""

    def deliver(self, spans: Sequence[SpooledSpan], timeout_s: float) -> Outcome:
        """Try once to send a batch, in as many requests as it takes, for at most so many seconds."""
        with suppress_instrumentation():  # or what instruments HTTP and gRPC would make spans of sending spans
            answer = self._send_all(spans, time.monotonic() + timeout_s)
        if answer.verdict is not Verdict.TAKEN:
            hint = f"; {self._hint}" if self._hint and answer.verdict is Verdict.LATER else ""
            return Outcome(delivered=False, retry_after_s=answer.retry_after_s, reason=f"{answer.reason}{hint}")
        outcome = Outcome(delivered=True, refused=self._refused, reason=self._reason)
        self._settled.difference_update(map(_key, spans))
        self._refused, self._reason = 0, ""
        return outcome

    def close(self) -> None:
        """Close the connection; the next batch opens another."""
        if self._sender is not None:
            self._sender.close()
            self._sender = None

    def _send_all(self, spans: Sequence[SpooledSpan], deadline: float) -> Answer:
        waiting = [[span for span in spans if _key(span) not in self._settled]]
        while waiting:
            part = waiting.pop()
            answer = self._send(part, deadline) if part else Answer(Verdict.TAKEN)
            if answer.verdict is Verdict.REFUSED and len(part) > 1:
                middle = len(part) // 2
                waiting += [part[middle:], part[:middle]]
            elif answer.verdict in (Verdict.TAKEN, Verdict.REFUSED):
                self._settle(part, answer)
            else:
                return answer
        return Answer(Verdict.TAKEN)

    def _send(self, part: Sequence[SpooledSpan], deadline: float) -> Answer:
        try:
            payload = _encoded(part)
        except Exception as error:  # noqa: BLE001 - what cannot be encoded must not stop what can
            return Answer.refused(f"it cannot be encoded ({type(error).__name__}: {error})")
        if len(payload) > LARGEST_REQUEST and len(part) > 1:
            return Answer.refused(f"{len(payload)} bytes are too many for one request")
        remaining_s = deadline - time.monotonic()
        if remaining_s <= 0:
            return Answer.later("the time for this batch is over")
        return self._answer(payload, min(remaining_s, self._timeout_s))

    def _answer(self, payload: bytes, timeout_s: float) -> Answer:
        try:
            if self._sender is None:
                self._sender = self._connect()
        except (InvalidArgumentError, OSError) as error:
            return Answer.misconfigured(str(error))
        return self._sender.send(payload, timeout_s)

    def _settle(self, part: Sequence[SpooledSpan], answer: Answer) -> None:
        self._settled.update(map(_key, part))
        refused = len(part) if answer.verdict is Verdict.REFUSED else min(answer.rejected, len(part))
        self._refused += refused
        if refused:
            self._reason = answer.reason
        elif answer.reason:
            _logger.warning("The collector has taken all spans and says: %s", answer.reason)


def _key(span: SpooledSpan) -> tuple[int, int]:
    return span.context.trace_id, span.context.span_id


def _encoded(spans: Sequence[SpooledSpan]) -> bytes:
    encoded: bytes = encode_spans([with_cost(span.readable()) for span in spans]).SerializeToString()
    return encoded
