"""Telling an address of an event: a POST of JSON, signed, tried again while that may help."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPException
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from verspan.errors import InvalidArgumentError

SIGNATURE = "X-Verspan-Signature-256"
"""``sha256=`` and the HMAC-SHA256 of the time, a full stop and the body, in hexadecimal digits."""
TIMESTAMP = "X-Verspan-Timestamp"
"""When it was signed, in seconds since the epoch: who gets it may refuse what is old."""
_WAITS_S = (1.0, 2.0, 4.0)
_LONGEST_WAIT_S = 30.0
_TIMEOUT_S = 10.0
_SERVER_FAILS, _TOO_MANY, _REDIRECTS = 500, 429, range(300, 400)


@dataclass(frozen=True)
class Webhook:
    """Where events are told. Neither its secret nor what may be one in its URL is ever shown."""

    url: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)
    timeout_s: float = _TIMEOUT_S

    def __post_init__(self) -> None:
        """Refuse what cannot be posted to.

        Raises:
            InvalidArgumentError: it is no address over HTTP.
        """
        if urlsplit(self.url).scheme not in ("http", "https") or not urlsplit(self.url).hostname:
            raise InvalidArgumentError("a webhook is an address like https://example.org/hook")

    @property
    def address(self) -> str:
        """Its scheme, host and port alone: who knows the rest of some webhooks may post to them."""
        parts = urlsplit(self.url)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{parts.hostname}{port}"

    def request(self, body: bytes, now_s: int) -> urllib.request.Request:
        """The request that tells of something."""
        parts = urlsplit(self.url)
        address = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment=""))
        headers = {"Content-Type": "application/json", "User-Agent": "verspan", TIMESTAMP: str(now_s)}
        if self.secret:
            headers[SIGNATURE] = signature_of(self.secret, now_s, body)
        if parts.username:
            named = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            headers["Authorization"] = f"Basic {base64.b64encode(named.encode()).decode()}"
        return urllib.request.Request(address, body, headers, method="POST")  # noqa: S310 - of http or https, see above


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """What is told to one address is for nobody else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Do not go there: the answer is an error then."""


_OPENER = urllib.request.build_opener(_NoRedirects)


def signature_of(secret: str, timestamp: int, body: bytes) -> str:
    """What proves that a body comes from somebody who knows the secret."""
    return "sha256=" + hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def post(webhook: Webhook, body: bytes, wait: Callable[[float], None] = time.sleep) -> str | None:
    """Tell a webhook of something.

    Args:
        webhook: where.
        body: what, as JSON.
        wait: waits so many seconds.

    Returns:
        Why it could not be told; None where it was.
    """
    waits = list(_WAITS_S)
    while True:
        problem, pause_s = _tried(webhook, body)
        if not problem:
            return None
        if pause_s is None or not waits:
            return f"the webhook at {webhook.address} {problem}"
        wait(min(max(waits.pop(0), pause_s), _LONGEST_WAIT_S))


def _tried(webhook: Webhook, body: bytes) -> tuple[str, float | None]:
    """What went wrong, empty if nothing; and for how long to wait at least, None where that would not help."""
    try:
        with _OPENER.open(webhook.request(body, int(time.time())), timeout=webhook.timeout_s):
            return "", None
    except urllib.error.HTTPError as error:
        with error:
            return _refused(error.code, error.headers)
    except (OSError, HTTPException) as error:  # whose text may hold the address
        reason = getattr(error, "reason", error)
        return f"does not answer ({type(reason).__name__})", 0.0


def _refused(code: int, headers: Message) -> tuple[str, float | None]:
    if code in _REDIRECTS:
        return f"answers {code}: give the address that it redirects to", None
    asked = str(headers.get("Retry-After", ""))
    if code >= _SERVER_FAILS or code == _TOO_MANY:
        return f"answers {code}", float(asked) if asked.isdigit() else 0.0
    return f"answers {code}", None
