"""Which failures pass by themselves, and how long to wait before a call is made again."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, Final

_TRANSIENT_STATUS: Final = frozenset({408, 409, 425, 429, *range(500, 600)})
_TRANSIENT_CLASSES: Final = frozenset(
    {
        "APIConnectionError",  # OpenAI's and Anthropic's clients, and those made like them
        "APITimeoutError",
        "RateLimitError",
        "TimeoutException",  # httpx, whose other time-outs are below it
        "NetworkError",
        "RemoteProtocolError",
        "Timeout",  # requests
        "TimeoutError",  # asyncio's own before Python 3.11
        "ResourceExhausted",  # Google's
        "ServiceUnavailable",
        "KilledWorker",  # Dask's, of a worker that died; likewise Ray's, which follow
        "NodeDiedError",
        "ObjectLostError",
        "OutOfMemoryError",
        "WorkerCrashedError",
    }
)
_FIRST_S: Final = 0.5
_MOST_S: Final = 60.0


def is_transient(error: BaseException) -> bool:
    """Whether the same call may succeed a little later: too many requests, the server's own failure, no connection."""
    told = getattr(error, "transient", None)
    if isinstance(told, bool):  # by the process that it failed in
        return told
    status = _status(error)
    if status is not None:
        return status in _TRANSIENT_STATUS
    named = any(kind.__name__ in _TRANSIENT_CLASSES for kind in type(error).__mro__)
    return named or isinstance(error, (TimeoutError, ConnectionError))


def wait_s(error: BaseException, attempt: int) -> float:
    """How long to wait before the next attempt, in seconds.

    What the server asks for (``Retry-After``), or else twice as long each time, from half a second up to a minute,
    with full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).

    Args:
        error: what the last attempt failed with.
        attempt: the number of that attempt, from 1 on.
    """
    asked = asked_wait_s(error)
    if asked is not None:
        return asked
    return random.uniform(0, min(_MOST_S, _FIRST_S * 2**attempt))  # noqa: S311 - spreads load, and keeps no secret


def _status(error: BaseException) -> int | None:
    found = (getattr(error, "status_code", None), getattr(error, "code", None), _of_response(error, "status_code"))
    return next((status for status in found if isinstance(status, int)), None)


def _of_response(error: BaseException, name: str) -> Any:
    return getattr(getattr(error, "response", None), name, None)


def asked_wait_s(error: BaseException) -> float | None:
    """How long the server asked to wait, in seconds; None where it did not."""
    told = getattr(error, "wait_s", None)
    if isinstance(told, float):
        return told
    headers = _of_response(error, "headers") or getattr(error, "headers", None)
    if headers is None or not (isinstance(headers, Mapping) or hasattr(headers, "get")):
        return None
    told = headers.get("retry-after") or headers.get("Retry-After")
    return None if told is None else _seconds(str(told))


def _seconds(told: str) -> float | None:
    try:
        return max(0.0, float(told))
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(told)
    except ValueError:
        return None
    return max(0.0, (until - datetime.now(tz=timezone.utc)).total_seconds())
