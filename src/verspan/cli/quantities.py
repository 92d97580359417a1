"""Quantities as people read them: durations, times, money, tokens; and times as people type them."""

from __future__ import annotations

import re
from datetime import datetime, timezone

NOTHING = "-"
"""Stands where there is no value; never a zero."""
_NS = 1_000_000_000
_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SIZES = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))
_ROUNDED_UP = 0.9995
"""The part of a size from which on three digits say the whole of it."""
_AGO = re.compile(r"(\d+)\s*([smhdw])", re.IGNORECASE)


def duration(milliseconds: float | None) -> str:
    """A duration in the unit that suits it: ``0.34 ms``, ``12 ms``, ``1.24 s``, ``2 min 05 s``, ``1 h 02 min``."""
    if milliseconds is None:
        return NOTHING
    if milliseconds < 9.995:  # noqa: PLR2004 - from here on two decimals would round to 10.00
        return f"{milliseconds:.2f} ms"
    if milliseconds < 999.5:  # noqa: PLR2004 - from here on it would round to 1000 ms
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1000
    if seconds < 59.995:  # noqa: PLR2004 - from here on it would round to 60.00 s
        return f"{seconds:.2f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:  # noqa: PLR2004 - minutes of an hour
        return f"{minutes} min {rest:02} s"
    return f"{minutes // 60} h {minutes % 60:02} min"


def usd(amount: float | None, *, unpriced_calls: int = 0) -> str:
    """An amount of money: cents from a dollar upward, three significant digits below.

    Args:
        amount: US dollars; None where no price is known.
        unpriced_calls: calls that the amount leaves out, which makes it a lower bound: ``≥$0.02``.
    """
    if amount is None:
        return NOTHING
    return f"{'≥' if unpriced_calls else ''}${_three_digits(amount) if 0 < amount < 1 else f'{amount:,.2f}'}"


def count(number: int) -> str:
    """A count in five characters at most: ``812``, ``12.3k``, ``1.24M``."""
    if number < 10_000:  # noqa: PLR2004 - four digits still fit
        return str(number)
    size, letter = next((size, letter) for size, letter in _SIZES if number >= size * _ROUNDED_UP)
    return f"{number / size:.3g}{letter}"


def tokens(input_tokens: int, output_tokens: int) -> str:
    """Tokens in and out, as ``812 → 121``."""
    if not input_tokens and not output_tokens:
        return NOTHING
    return f"{count(input_tokens)} → {count(output_tokens)}"


def local_time(time_ns: int | None) -> str:
    """A time of day in the local time zone, to the second."""
    if time_ns is None:
        return NOTHING
    return datetime.fromtimestamp(time_ns // _NS).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def iso_time(time_ns: int) -> str:
    """A time in ISO 8601, UTC, to the microsecond."""
    seconds, rest = divmod(time_ns, _NS)
    moment = datetime.fromtimestamp(seconds, tz=timezone.utc)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest // 1000:06}Z"


def parse_time(text: str, now_ns: int) -> int:
    """Nanoseconds since the epoch of a time that somebody typed.

    Args:
        text: ISO 8601 (a date, or a date and a time; local where it names no zone), or how long ago: ``90s``, ``30m``,
            ``2h``, ``3d``, ``1w``.
        now_ns: what "ago" counts from.

    Raises:
        ValueError: it is neither.
    """
    ago = _AGO.fullmatch(text.strip())
    if ago:
        return max(0, now_ns - int(ago[1]) * _UNITS_S[ago[2].lower()] * _NS)
    moment = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text.strip()))  # Python 3.10 knows no Z
    # A float holds no microseconds of today: whole seconds and the fraction apart.
    return round(moment.replace(microsecond=0).timestamp()) * _NS + moment.microsecond * 1000


def _three_digits(fraction: float) -> str:
    exponent = int(f"{fraction:e}".partition("e")[2])
    text = f"{fraction:.{2 - exponent}f}"
    return text[: len("0.00")] + text[len("0.00") :].rstrip("0")
