"""What a collector's answer to a request means for the spans in it.

By the OTLP specification (https://opentelemetry.io/docs/specs/otlp/), with one difference: it has a client drop spans
for whatever answer is not in its list of those to try again after. Spans here wait on disk, so they are dropped only
where the answer is about the spans themselves. Whoever mends a wrong header or address, or restarts a server that has
answered 500, loses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # no stubs are published with it
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

CHECK_ADDRESS = "check OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_PROTOCOL"
CHECK_HEADERS = "check the credentials in OTEL_EXPORTER_OTLP_HEADERS"
CHECK_CERTIFICATES = "check OTEL_EXPORTER_OTLP_CERTIFICATE, and the client's certificate and key if there are any"
_LONGEST_MESSAGE = 300


class Verdict(Enum):
    """What is to become of the spans of a request."""

    TAKEN = "taken"
    """The collector has them, or has said which number of them it does not want."""
    LATER = "later"
    """The same request may be taken later."""
    MISCONFIGURED = "misconfigured"
    """No request of this kind is taken until somebody mends the settings."""
    REFUSED = "refused"
    """These spans are not taken, now or later: one of them is bad, or there are too many in one request."""


@dataclass(frozen=True)
class Answer:
    """What became of one request."""

    verdict: Verdict
    reason: str = ""
    """What a person needs to know, in the collector's words where it has any."""
    retry_after_s: float | None = None
    """Seconds to wait before the next request, where there is a reason for just so many."""
    rejected: int = 0
    """How many spans of a request that was taken were not wanted."""

    @classmethod
    def later(cls, reason: str, retry_after_s: float | None = None) -> Answer:
        """Try again, after so many seconds or as the caller sees fit."""
        return cls(Verdict.LATER, reason, retry_after_s)

    @classmethod
    def misconfigured(cls, reason: str) -> Answer:
        """Try again at the caller's own pace: somebody must mend something first."""
        return cls(Verdict.MISCONFIGURED, reason)

    @classmethod
    def refused(cls, reason: str) -> Answer:
        """Never send these together again."""
        return cls(Verdict.REFUSED, reason)


def answer_of(response: ExportTraceServiceResponse) -> Answer:
    """What a success says: everything is taken, but for the spans that it counts as rejected."""
    partial = response.partial_success
    return Answer(Verdict.TAKEN, one_line(partial.error_message), rejected=max(partial.rejected_spans, 0))


def decoded_answer(body: bytes) -> Answer:
    """The answer in the body of a success; what is not the message that it must be came from no collector."""
    try:
        return answer_of(ExportTraceServiceResponse.FromString(body))
    except DecodeError:
        return Answer.later("its answer cannot be decoded")


def one_line(text: str) -> str:
    """A collector's text for a line of the log: short, and without characters that control a terminal."""
    words = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return words if len(words) <= _LONGEST_MESSAGE else f"{words[:_LONGEST_MESSAGE]}…"
