"""Moments that people name, without a guess where a local clock shows the same time twice or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from verspan.errors import InvalidArgumentError

_UTC = re.compile(r"[zZ]$")


def milliseconds_of(moment: datetime | str) -> int:
    """Milliseconds since the epoch.

    Args:
        moment: a text in ISO 8601, or a ``datetime``; local where it names no zone.

    Raises:
        InvalidArgumentError: the text is no time, or one that the local clock shows twice or never.
    """
    if isinstance(moment, str):
        moment = _parsed(moment)
    with _bounds_told(moment):
        return round(moment.timestamp() * 1000)


def check_once(text: str) -> None:
    """Refuse a local time that is shown twice or never, where daylight saving time ends or begins.

    A text that is no time in ISO 8601 is somebody else's to refuse.

    Raises:
        InvalidArgumentError: it is one.
    """
    try:
        moment = datetime.fromisoformat(_UTC.sub("+00:00", text.strip()))
    except ValueError:
        return
    _check_once(text, moment)


def _parsed(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_UTC.sub("+00:00", text.strip()))  # Python 3.10 knows no Z
    except ValueError as error:
        raise InvalidArgumentError(
            f"{text[:80]!r} is no time: give one like 2026-11-23, 2026-11-23T08:15:00Z or 2026-11-23T08:15+01:00"
        ) from error
    _check_once(text, moment)
    return moment


def _check_once(text: str, moment: datetime) -> None:
    if moment.tzinfo is not None:
        return
    with _bounds_told(moment):
        local, other = (moment.replace(fold=fold).astimezone() for fold in (0, 1))
    earlier, later = local.utcoffset(), other.utcoffset()
    if earlier == later:
        return
    example = local.isoformat(timespec="minutes")
    when = "never" if earlier is not None and later is not None and earlier < later else "twice"
    raise InvalidArgumentError(f"local clocks show {text.strip()} {when}: give its offset too, as in {example}")


@contextmanager
def _bounds_told(moment: datetime) -> Iterator[None]:
    """Say it where a moment cannot be told in seconds since the epoch."""
    try:
        yield
    except (OverflowError, ValueError, OSError) as error:
        raise InvalidArgumentError(f"{moment} is beyond what a clock can show") from error
