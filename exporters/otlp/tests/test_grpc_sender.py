"""One call over gRPC, and what each kind of answer means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]  # no stubs are published with it
import pytest
from exporters.otlp.tests.receivers import Receiver
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)

from verspan_otlp.answers import Answer, Verdict
from verspan_otlp.connection import Compression, Connection
from verspan_otlp.grpc_sender import GrpcSender

Code = grpc.StatusCode
CHECK_ADDRESS = "check OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_PROTOCOL"
CHECK_HEADERS = "check the credentials in OTEL_EXPORTER_OTLP_HEADERS"
PARTIAL = ExportTraceServiceResponse(
    partial_success=ExportTracePartialSuccess(rejected_spans=2, error_message="too old")
).SerializeToString()


@pytest.fixture
def sender(grpc_receiver: Receiver) -> Iterator[GrpcSender]:
    """A sender to the receiver."""
    sender = GrpcSender(Connection(grpc_receiver.endpoint, insecure=True))
    yield sender
    sender.close()


def _send_once(connection: Connection, timeout_s: float = 5.0) -> Answer:
    sender = GrpcSender(connection)
    try:
        return sender.send(b"", timeout_s)
    finally:
        sender.close()


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ({}, Answer(Verdict.TAKEN)),
        ({"body": PARTIAL}, Answer(Verdict.TAKEN, "too old", rejected=2)),
        ({"body": b"ok"}, Answer.later("its answer cannot be decoded")),
        ({"code": Code.UNAVAILABLE, "text": "full"}, Answer.later("gRPC UNAVAILABLE, 'full'")),
        ({"code": Code.UNAVAILABLE, "retry_delay_s": 7}, Answer.later("gRPC UNAVAILABLE", 7.0)),
        ({"code": Code.ABORTED}, Answer.later("gRPC ABORTED")),
        ({"code": Code.INTERNAL}, Answer.later("gRPC INTERNAL")),
        ({"code": Code.UNKNOWN}, Answer.later("gRPC UNKNOWN")),
        ({"code": Code.RESOURCE_EXHAUSTED, "retry_delay_s": 7}, Answer.later("gRPC RESOURCE_EXHAUSTED", 7.0)),
        ({"code": Code.RESOURCE_EXHAUSTED, "text": "quota"}, Answer.later("gRPC RESOURCE_EXHAUSTED, 'quota'")),
        (
            {"code": Code.RESOURCE_EXHAUSTED, "text": "grpc: received message larger than max (5 vs. 4)"},
            Answer.refused("gRPC RESOURCE_EXHAUSTED, 'grpc: received message larger than max (5 vs. 4)'"),
        ),
        ({"code": Code.INVALID_ARGUMENT, "text": "no id"}, Answer.refused("gRPC INVALID_ARGUMENT, 'no id'")),
        ({"code": Code.UNAUTHENTICATED}, Answer.misconfigured(f"gRPC UNAUTHENTICATED: {CHECK_HEADERS}")),
        ({"code": Code.PERMISSION_DENIED}, Answer.misconfigured(f"gRPC PERMISSION_DENIED: {CHECK_HEADERS}")),
        ({"code": Code.UNIMPLEMENTED}, Answer.misconfigured(f"gRPC UNIMPLEMENTED: {CHECK_ADDRESS}")),
    ],
)
def test_answers(reply: dict[str, Any], answer: Answer, grpc_receiver: Receiver, sender: GrpcSender) -> None:
    """Each answer says what becomes of the spans: only one that is about them refuses them."""
    grpc_receiver.usual = replace(grpc_receiver.usual, **reply)

    assert sender.send(b"", 5.0) == answer


def test_details_that_cannot_be_decoded(grpc_receiver: Receiver, sender: GrpcSender) -> None:
    """A status whose details are no message asks for no particular pause."""
    grpc_receiver.usual = replace(grpc_receiver.usual, code=Code.UNAVAILABLE, details=b"ok")

    assert sender.send(b"", 5.0) == Answer.later("gRPC UNAVAILABLE")


def test_never_answers(grpc_receiver: Receiver, sender: GrpcSender) -> None:
    """A collector that takes a request and never answers is left after the time that was allowed."""
    grpc_receiver.usual = replace(grpc_receiver.usual, silent=True)

    answer = sender.send(b"", 0.1)

    assert (answer.verdict, answer.reason.partition(",")[0]) == (Verdict.LATER, "gRPC DEADLINE_EXCEEDED")


def test_nothing_listens(refused: str) -> None:
    """Where nothing listens, the spans wait."""
    answer = _send_once(Connection(refused, insecure=True))

    assert (answer.verdict, "Connection refused" in answer.reason) == (Verdict.LATER, True)


def test_no_grpc_there(http_receiver: Receiver) -> None:
    """Where something else listens, the spans wait."""
    assert _send_once(Connection(http_receiver.endpoint, insecure=True)).verdict is Verdict.LATER


def test_certificates_that_are_not_there(tmp_path: Path) -> None:
    """A file of certificates that is not there is named when the channel is made."""
    with pytest.raises(FileNotFoundError, match=r"ca\.pem"):
        GrpcSender(Connection("collector:4317", certificate=str(tmp_path / "ca.pem")))


def test_headers_and_compression(grpc_receiver: Receiver) -> None:
    """A call has the headers asked for, and is compressed as asked."""
    answer = _send_once(
        Connection(grpc_receiver.endpoint, {"x-team": "support"}, compression=Compression.GZIP, insecure=True)
    )

    (received,) = grpc_receiver.requests
    assert (answer, received.headers["x-team"]) == (Answer(Verdict.TAKEN), "support")
    assert received.headers["user-agent"].startswith("verspan-otlp/")
