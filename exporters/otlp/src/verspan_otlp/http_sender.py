"""OTLP over HTTP: one request, one answer."""

from __future__ import annotations

import gzip
import time
import zlib
from datetime import timezone
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import requests
from google.protobuf import json_format  # type: ignore[import-untyped]  # no stubs are published with it
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # likewise
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]  # likewise
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from urllib3.util import Timeout

from verspan_otlp.answers import (
    CHECK_ADDRESS,
    CHECK_CERTIFICATES,
    CHECK_HEADERS,
    Answer,
    answer_of,
    decoded_answer,
    one_line,
)
from verspan_otlp.connection import CONNECT_TIMEOUT_S, USER_AGENT, Compression, Connection, provided_credentials
from verspan_otlp.environment import OtlpProtocol

_PROTOBUF = "application/x-protobuf"
_JSON = "application/json"
_HTML = "text/html"
_LONGEST_BODY = 64 * 1024
_CHUNK = 8 * 1024

_ABOUT_THE_SPANS = {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY}
_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
_LASTING = {HTTPStatus.NOT_IMPLEMENTED, HTTPStatus.HTTP_VERSION_NOT_SUPPORTED}
_OF_CREDENTIALS = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED}


class HttpSender:
    """Posts encoded spans, over a connection that is kept open between requests."""

    def __init__(self, connection: Connection) -> None:
        """Open nothing yet.

        Raises:
            InvalidArgumentError: a credential provider is named that cannot be used.
        """
        self._endpoint = connection.endpoint
        self._compression = connection.compression
        self._session = provided_credentials(OtlpProtocol.HTTP, requests.Session) or requests.Session()
        self._certificate = connection.certificate
        if connection.client_certificate:
            certificate, key = connection.client_certificate, connection.client_key
            self._session.cert = (certificate, key) if key else certificate
        self._headers = {"user-agent": USER_AGENT, "content-type": _PROTOBUF, **connection.headers}
        if self._compression is not Compression.NONE:
            self._headers.setdefault("content-encoding", self._compression.value)

    def send(self, payload: bytes, timeout_s: float) -> Answer:
        """Send an encoded request once, and wait at most so many seconds for the answer."""
        deadline = time.monotonic() + timeout_s
        try:
            with self._session.post(
                self._endpoint,
                data=_compressed(payload, self._compression),
                headers=self._headers,
                verify=self._certificate or True,  # the session's own gives way to REQUESTS_CA_BUNDLE
                timeout=Timeout(total=timeout_s, connect=min(timeout_s, CONNECT_TIMEOUT_S)),  # type: ignore[arg-type]  # requests documents it, its types do not
                allow_redirects=False,
                stream=True,
            ) as response:
                return _answer(response, _body(response, deadline))
        except requests.exceptions.SSLError as error:
            return Answer.misconfigured(f"{_cause(error)}: {CHECK_CERTIFICATES}")
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema):
            return Answer.misconfigured(f"{self._endpoint!r} is no address: {CHECK_ADDRESS}")
        except requests.exceptions.RequestException as error:
            return Answer.later(_cause(error))
        except OSError as error:  # a file of certificates that is not there
            return Answer.misconfigured(f"{one_line(str(error))}: {CHECK_CERTIFICATES}")

    def close(self) -> None:
        """Close the connection."""
        self._session.close()


def _compressed(payload: bytes, compression: Compression) -> bytes:
    if compression is Compression.GZIP:
        return gzip.compress(payload)
    return zlib.compress(payload) if compression is Compression.DEFLATE else payload


def _body(response: requests.Response, deadline: float) -> bytes:
    """The body, or as much of it as a collector's answer may have and the time allows."""
    body = bytearray()
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > _LONGEST_BODY or time.monotonic() > deadline:
            break
    return bytes(body)


def _answer(response: requests.Response, body: bytes) -> Answer:
    status, kind = response.status_code, response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if response.ok and status < HTTPStatus.MULTIPLE_CHOICES:
        return _success(kind, body)
    said = _said(response, kind, body)
    if status in _ABOUT_THE_SPANS:
        return Answer.refused(said)
    if status in _PASSING or (status >= HTTPStatus.INTERNAL_SERVER_ERROR and status not in _LASTING):
        return Answer.later(said, _retry_after_s(response.headers.get("retry-after")))
    advice = CHECK_HEADERS if status in _OF_CREDENTIALS else CHECK_ADDRESS
    return Answer.misconfigured(f"{said}: {advice}")


def _success(kind: str, body: bytes) -> Answer:
    """What a success means: from a web page nothing; where its text claims to be no message, that all is taken."""
    if kind == _HTML:
        return Answer.misconfigured(f"its answer is a web page: {CHECK_ADDRESS}")
    if kind == _PROTOBUF:
        return decoded_answer(body)
    if kind == _JSON:  # some answer so whatever they were asked
        return _decoded_json(body)
    return answer_of(ExportTraceServiceResponse())


def _decoded_json(body: bytes) -> Answer:
    try:
        return answer_of(json_format.Parse(body, ExportTraceServiceResponse(), ignore_unknown_fields=True))
    except (json_format.ParseError, UnicodeDecodeError):
        return answer_of(ExportTraceServiceResponse())


def _said(response: requests.Response, kind: str, body: bytes) -> str:
    """The status and the text that came with it; of a page for people the status alone."""
    status = f"HTTP {response.status_code} {response.reason or ''}".strip()
    if response.is_redirect:
        return f"{status} to {one_line(response.headers['location'])}"
    message = one_line(_message(kind, body))
    return f"{status}, {message!r}" if message else status


def _message(kind: str, body: bytes) -> str:
    if kind == _PROTOBUF:
        try:
            return str(Status.FromString(body).message)
        except DecodeError:
            return ""
    return "" if kind == _HTML else body.decode(errors="replace")


def _retry_after_s(value: str | None) -> float | None:
    """Seconds from a ``Retry-After`` header, which has seconds or a date (RFC 9110, section 10.2.3)."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=timezone.utc)
    return max(date.timestamp() - time.time(), 0.0)


def _cause(error: BaseException) -> str:
    """What happened in the end; libraries wrap it in what they were doing."""
    while error.__context__ is not None:
        error = error.__context__
    return one_line(str(error)) or type(error).__name__
