"""One request over HTTP, and what each kind of answer means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from exporters.otlp.tests.receivers import Receiver
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]  # no stubs are published with it
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)

from verspan_otlp.answers import Answer, Verdict
from verspan_otlp.connection import Compression, Connection
from verspan_otlp.http_sender import HttpSender

PROTOBUF = {"Content-Type": "application/x-protobuf"}
HTML = {"Content-Type": "text/html; charset=utf-8"}
CHECK_ADDRESS = "check OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_PROTOCOL"
CHECK_HEADERS = "check the credentials in OTEL_EXPORTER_OTLP_HEADERS"
CHECK_CERTIFICATES = "check OTEL_EXPORTER_OTLP_CERTIFICATE, and the client's certificate and key if there are any"
LARGE = 8 * 2**20
"""Bytes of a request that is still being sent when the connection breaks."""
PARTIAL = ExportTraceServiceResponse(
    partial_success=ExportTracePartialSuccess(rejected_spans=2, error_message="too\nold")
).SerializeToString()


@pytest.fixture
def connection(http_receiver: Receiver) -> Connection:
    """A connection to the receiver."""
    return Connection(f"{http_receiver.endpoint}/v1/traces")


@pytest.fixture
def sender(connection: Connection) -> Iterator[HttpSender]:
    """A sender to the receiver."""
    sender = HttpSender(connection)
    yield sender
    sender.close()


def _send_once(connection: Connection) -> Answer:
    sender = HttpSender(connection)
    try:
        return sender.send(b"", 5.0)
    finally:
        sender.close()


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ({}, Answer(Verdict.TAKEN)),
        ({"headers": PROTOBUF}, Answer(Verdict.TAKEN)),
        ({"headers": PROTOBUF, "body": PARTIAL}, Answer(Verdict.TAKEN, "too old", rejected=2)),
        (
            {
                "headers": {"Content-Type": "application/json; charset=utf-8"},
                "text": '{"partialSuccess": {"rejectedSpans": "1", "errorMessage": "too old"}, "more": 1}',
            },
            Answer(Verdict.TAKEN, "too old", rejected=1),
        ),
        ({"headers": {"Content-Type": "application/json"}, "text": "ok"}, Answer(Verdict.TAKEN)),
        ({"headers": {"Content-Type": "text/plain"}, "text": "ok"}, Answer(Verdict.TAKEN)),
        ({"headers": PROTOBUF, "text": "ok"}, Answer.later("its answer cannot be decoded")),
        (
            {"headers": HTML, "text": "<p>Welcome"},
            Answer.misconfigured(f"its answer is a web page: {CHECK_ADDRESS}"),
        ),
        ({"status": 429, "headers": {"Retry-After": "7"}}, Answer.later("HTTP 429 Too Many Requests", 7.0)),
        ({"status": 429}, Answer.later("HTTP 429 Too Many Requests")),
        (
            {"status": 503, "headers": {"Retry-After": "soon"}, "text": "full\x1b[31m"},
            Answer.later("HTTP 503 Service Unavailable, 'full [31m'"),
        ),
        (
            {"status": 503, "headers": {"Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT"}},
            Answer.later("HTTP 503 Service Unavailable", 0.0),
        ),
        ({"status": 500}, Answer.later("HTTP 500 Internal Server Error")),
        ({"status": 502, "headers": HTML, "text": "<p>"}, Answer.later("HTTP 502 Bad Gateway")),
        (
            {"status": 400, "headers": PROTOBUF, "body": Status(message="no span id").SerializeToString()},
            Answer.refused("HTTP 400 Bad Request, 'no span id'"),
        ),
        ({"status": 400, "headers": PROTOBUF, "text": "ok"}, Answer.refused("HTTP 400 Bad Request")),
        ({"status": 413}, Answer.refused("HTTP 413 Request Entity Too Large")),
        ({"status": 401}, Answer.misconfigured(f"HTTP 401 Unauthorized: {CHECK_HEADERS}")),
        ({"status": 403, "text": "who?"}, Answer.misconfigured(f"HTTP 403 Forbidden, 'who?': {CHECK_HEADERS}")),
        ({"status": 404}, Answer.misconfigured(f"HTTP 404 Not Found: {CHECK_ADDRESS}")),
        ({"status": 501}, Answer.misconfigured(f"HTTP 501 Not Implemented: {CHECK_ADDRESS}")),
        (
            {"status": 301, "headers": {"Location": "https://there/"}},
            Answer.misconfigured(f"HTTP 301 Moved Permanently to https://there/: {CHECK_ADDRESS}"),
        ),
    ],
)
def test_answers(reply: dict[str, Any], answer: Answer, http_receiver: Receiver, sender: HttpSender) -> None:
    """Each answer says what becomes of the spans: only one that is about them refuses them."""
    http_receiver.usual = replace(http_receiver.usual, **reply)

    assert sender.send(b"", 5.0) == answer


def test_retry_after_a_date(http_receiver: Receiver, sender: HttpSender) -> None:
    """Retry-After may be a date; what counts is how far it is from now."""
    date = format_datetime(datetime.now(timezone.utc) + timedelta(hours=1), usegmt=True)
    http_receiver.usual = replace(http_receiver.usual, status=429, headers={"Retry-After": date})

    retry_after_s = sender.send(b"", 5.0).retry_after_s

    assert retry_after_s is not None
    assert 3500 < retry_after_s <= 3600


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ({"raw": b"SSH-2.0-OpenSSH_9.6\r\n"}, "SSH-2.0-OpenSSH_9.6"),
        ({"raw": b""}, "Remote end closed connection without response"),
        ({"raw": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"}, "IncompleteRead(4 bytes read, 5 more expected)"),
    ],
    ids=["another protocol", "nothing", "half an answer"],
)
def test_no_answer(reply: dict[str, Any], reason: str, http_receiver: Receiver, sender: HttpSender) -> None:
    """What is no answer of a web server, or only half of one, is tried again."""
    http_receiver.replies.append(replace(http_receiver.usual, **reply))

    assert sender.send(b"", 5.0) == Answer.later(reason)
    assert sender.send(b"", 5.0) == Answer(Verdict.TAKEN)


def test_reset(http_receiver: Receiver, sender: HttpSender) -> None:
    """A connection that is reset while a request is being sent is opened anew for the next try."""
    http_receiver.replies.append(replace(http_receiver.usual, resets=True))

    answers = [sender.send(b"\x00" * LARGE, 5.0), sender.send(b"", 5.0)]

    assert [answer.verdict for answer in answers] == [Verdict.LATER, Verdict.TAKEN]


def test_never_answers(http_receiver: Receiver, sender: HttpSender) -> None:
    """A collector that takes a request and never answers is left after the time that was allowed."""
    http_receiver.usual = replace(http_receiver.usual, silent=True)

    assert sender.send(b"", 0.1) == Answer.later("timed out")


def test_nothing_listens(refused: str) -> None:
    """Where nothing listens, the reason is the one thing that matters of what the library says."""
    assert _send_once(Connection(f"{refused}/v1/traces")) == Answer.later("[Errno 111] Connection refused")


@pytest.mark.parametrize("address", ["collector:4318/v1/traces", "http://", "ftp://collector"])
def test_no_address(address: str) -> None:
    """An address that is none is a setting to mend."""
    assert _send_once(Connection(address)) == Answer.misconfigured(f"{address!r} is no address: {CHECK_ADDRESS}")


def test_certificates_that_are_not_there(tmp_path: Path) -> None:
    """A file of certificates that is not there is a setting to mend."""
    missing = tmp_path / "ca.pem"

    answer = _send_once(Connection("https://127.0.0.1:1/v1/traces", certificate=str(missing)))

    assert answer == Answer.misconfigured(
        f"Could not find a suitable TLS CA certificate bundle, invalid path: {missing}: {CHECK_CERTIFICATES}"
    )


def test_no_tls_there(http_receiver: Receiver) -> None:
    """A collector that speaks no TLS where https was asked for is a setting to mend."""
    answer = _send_once(Connection(f"{http_receiver.endpoint.replace('http', 'https')}/v1/traces"))

    assert (answer.verdict, CHECK_CERTIFICATES in answer.reason) == (Verdict.MISCONFIGURED, True)


def test_headers(connection: Connection, http_receiver: Receiver) -> None:
    """A request has the headers asked for, which may also replace the sender's own."""
    _send_once(replace(connection, headers={"x-team": "support", "user-agent": "ours"}))

    (received,) = http_receiver.requests
    wanted = {"x-team": "support", "user-agent": "ours", "content-type": "application/x-protobuf"}
    assert {name: received.headers[name] for name in wanted} == wanted


def test_compression(connection: Connection, http_receiver: Receiver) -> None:
    """A request is compressed as asked, and says how."""
    _send_once(replace(connection, compression=Compression.GZIP))

    assert http_receiver.requests[0].headers["content-encoding"] == "gzip"
