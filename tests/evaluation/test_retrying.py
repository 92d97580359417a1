"""Which failures pass by themselves, and how long is waited."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from types import SimpleNamespace

import pytest

from verspan.evaluation.retrying import is_transient, wait_s


class APIStatusError(Exception):
    """An error as clients of models have it."""

    def __init__(self, status_code: int, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"status {status_code}")
        self.status_code = status_code
        self.response = SimpleNamespace(status_code=status_code, headers=headers or {})


class APITimeoutError(Exception):
    """Likewise one that has no status."""


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503, 529])
def test_transient_status(status: int) -> None:
    """Too many requests and the server's own failures pass."""
    assert is_transient(APIStatusError(status))


@pytest.mark.parametrize("error", [TimeoutError(), ConnectionResetError(), APITimeoutError()])
def test_transient_class(error: Exception) -> None:
    """So do time-outs and lost connections, by their class or its name."""
    assert is_transient(error)


@pytest.mark.parametrize("error", [APIStatusError(400), APIStatusError(401), ValueError(), KeyError("code")])
def test_lasting(error: Exception) -> None:
    """What is wrong with the request or the function stays wrong."""
    assert not is_transient(error)


def test_retry_after() -> None:
    """What the server asks for is waited, be it seconds or a date; a date that is past is no wait."""
    assert wait_s(APIStatusError(429, {"retry-after": "1.5"}), 1) == 1.5
    now = datetime.now(tz=timezone.utc)
    past, later = (format_datetime(now + timedelta(minutes=minutes), usegmt=True) for minutes in (-1, 10))
    assert wait_s(APIStatusError(429, {"retry-after": past}), 1) == 0
    assert 590 < wait_s(APIStatusError(429, {"Retry-After": later}), 1) <= 600


def test_back_off() -> None:
    """Otherwise it is a random time below a bound that doubles up to a minute, whatever else was asked for."""
    for attempt, bound in ((1, 1.0), (2, 2.0), (5, 16.0), (20, 60.0)):
        waits = [wait_s(APIStatusError(429, {"retry-after": "soon"}), attempt) for _ in range(200)]
        assert bound / 2 < max(waits) <= bound
        assert 0 <= min(waits) < bound / 4
