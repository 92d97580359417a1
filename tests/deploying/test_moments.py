"""Moments, in every zone and when clocks change."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest

from verspan.deployments.moments import check_once, milliseconds_of
from verspan.errors import InvalidArgumentError

_NOON = 1_793_534_400_000  # 2026-11-01 12:00:00 UTC


@pytest.fixture(autouse=True)
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The local zone is Berlin's: an hour ahead of UTC, and two in summer, until 3:00 on 25 October 2026."""
    with monkeypatch.context() as zone:
        zone.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-01T12:00Z",
        "2026-11-01T12:00:00z",
        " 2026-11-01T13:00 ",
        "2026-11-01 13:00:00",
        "2026-11-01T17:30+05:30",
        "2026-11-01T07:00:00.000-05:00",
        datetime(2026, 11, 1, 12, tzinfo=timezone.utc),
        datetime(2026, 11, 1, 2, tzinfo=timezone(timedelta(hours=-10))),
        datetime(2026, 11, 1, 13),  # noqa: DTZ001 - local time is what is tested
    ],
)
def test_same_moment(moment: str | datetime) -> None:
    """A moment is the same in whatever zone it is told, and local where it names none."""
    assert milliseconds_of(moment) == _NOON


def test_date() -> None:
    """A date is its first moment, by the local clock."""
    assert milliseconds_of("2026-11-01") == _NOON - 13 * 3_600_000


@pytest.mark.parametrize(
    ("text", "when", "example"),
    [
        ("2026-10-25T02:30", "twice", r"2026-10-25T02:30\+02:00"),
        ("2026-03-29T02:30", "never", r"2026-03-29T"),
    ],
)
def test_clock_changes(text: str, when: str, example: str) -> None:
    """A local time that clocks show twice or never is refused, and one that names its offset is not."""
    with pytest.raises(InvalidArgumentError, match=f"local clocks show {text} {when}.*{example}"):
        milliseconds_of(text)
    with pytest.raises(InvalidArgumentError, match=when):
        check_once(text)
    assert milliseconds_of(f"{text}+01:00") - milliseconds_of(f"{text}+02:00") == 3_600_000


@pytest.mark.parametrize("text", ["2026-10-25T01:59", "2026-10-25T03:00", "2026-03-29T03:00", "2h", "nonsense"])
def test_shown_once(text: str) -> None:
    """What clocks show once, and what is no time of ISO 8601, is not refused for it."""
    check_once(text)


@pytest.mark.parametrize("text", ["", "nonsense", "2026-13-01", "12:00", "2026-11-01T25:00", "x" * 1000])
def test_no_time(text: str) -> None:
    """A text that is no time is refused, with examples."""
    with pytest.raises(InvalidArgumentError, match="is no time: give one like"):
        milliseconds_of(text)


def test_beyond() -> None:
    """A time that no clock shows is refused."""
    with pytest.raises(InvalidArgumentError, match="beyond"):
        milliseconds_of("0001-01-01")
