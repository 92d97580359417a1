"""OTLP over gRPC: one request, one answer."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import grpc  # type: ignore[import-untyped]  # no stubs are published with it
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # likewise
from google.rpc.error_details_pb2 import RetryInfo  # type: ignore[import-untyped]  # likewise
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]  # likewise

from verspan_otlp.answers import CHECK_ADDRESS, CHECK_HEADERS, Answer, decoded_answer, one_line
from verspan_otlp.connection import CONNECT_TIMEOUT_S, USER_AGENT, Compression, Connection, provided_credentials
from verspan_otlp.environment import OtlpProtocol

_EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
_STATUS_DETAILS = "grpc-status-details-bin"
_OPTIONS = (
    ("grpc.primary_user_agent", USER_AGENT),
    ("grpc.enable_retries", 0),  # whoever calls decides when to try again
    # A channel that could not connect fails every call until it tries again, by default after up to two minutes.
    ("grpc.initial_reconnect_backoff_ms", 500),
    ("grpc.min_reconnect_backoff_ms", int(CONNECT_TIMEOUT_S * 1000)),  # how long it may take to connect, that is
    ("grpc.max_reconnect_backoff_ms", 2_000),
)
_ABOUT_THE_SPANS = {grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.ALREADY_EXISTS}
_OF_CREDENTIALS = {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED}
_OF_THE_ADDRESS = {grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.NOT_FOUND, grpc.StatusCode.FAILED_PRECONDITION}

# Servers say with one code that a message is too long and that a quota is used up, and tell them apart only in words:
# gRPC's core and Go "received message larger than max", Java "message exceeds maximum size".
_TOO_LARGE = re.compile(r"larger than max|exceeds max", re.IGNORECASE)


class GrpcSender:
    """Calls ``TraceService.Export`` with encoded spans, over one channel."""

    def __init__(self, connection: Connection) -> None:
        """Open a channel, which connects with the first call.

        Raises:
            InvalidArgumentError: a credential provider is named that cannot be used.
            OSError: a file of certificates cannot be read.
        """
        target = urlsplit(connection.endpoint).netloc or connection.endpoint
        compression = grpc.Compression.Gzip if connection.compression is Compression.GZIP else None
        self._metadata = tuple(connection.headers.items())
        if connection.insecure:
            self._channel = grpc.insecure_channel(target, _OPTIONS, compression)
        else:
            self._channel = grpc.secure_channel(target, _channel_credentials(connection), _OPTIONS, compression)
        self._export = self._channel.unary_unary(_EXPORT)  # bytes in and bytes out

    def send(self, payload: bytes, timeout_s: float) -> Answer:
        """Send an encoded request once, and wait at most so many seconds for the answer."""
        try:
            return decoded_answer(self._export(payload, timeout=timeout_s, metadata=self._metadata))
        except grpc.RpcError as error:
            return _answer(error)

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()


def _channel_credentials(connection: Connection) -> grpc.ChannelCredentials:
    return provided_credentials(OtlpProtocol.GRPC, grpc.ChannelCredentials) or grpc.ssl_channel_credentials(
        root_certificates=_contents(connection.certificate),
        private_key=_contents(connection.client_key),
        certificate_chain=_contents(connection.client_certificate),
    )


def _contents(path: str | None) -> bytes | None:
    return Path(path).read_bytes() if path else None


def _answer(error: grpc.RpcError) -> Answer:
    code, details = error.code(), one_line(error.details() or "")
    said = f"gRPC {code.name}, {details!r}" if details else f"gRPC {code.name}"
    if code in _ABOUT_THE_SPANS or (code is grpc.StatusCode.RESOURCE_EXHAUSTED and _TOO_LARGE.search(details)):
        return Answer.refused(said)
    if code in _OF_CREDENTIALS:
        return Answer.misconfigured(f"{said}: {CHECK_HEADERS}")
    if code in _OF_THE_ADDRESS:
        return Answer.misconfigured(f"{said}: {CHECK_ADDRESS}")
    return Answer.later(said, _retry_after_s(error))


def _retry_after_s(error: grpc.RpcError) -> float | None:
    """Seconds from the ``RetryInfo`` among the details of a status, where there is one."""
    details = dict(error.trailing_metadata() or ()).get(_STATUS_DETAILS)
    info = RetryInfo()
    try:
        found = details is not None and any(detail.Unpack(info) for detail in Status.FromString(details).details)
    except DecodeError:
        return None
    return info.retry_delay.seconds + info.retry_delay.nanos / 1e9 if found else None
