"""Durations as people write them: ``30s``, ``15m``, ``2h``, ``7d``, ``4w``."""

from __future__ import annotations

import re

from verspan.errors import InvalidArgumentError

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])", re.IGNORECASE)
_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def seconds_of(text: str) -> float:
    """How many seconds a duration has.

    Raises:
        InvalidArgumentError: it is none, or it is zero.
    """
    found = _DURATION.fullmatch(text.strip())
    seconds = float(found[1]) * _UNITS_S[found[2].lower()] if found else 0.0
    if not seconds:
        raise InvalidArgumentError(f"{text[:80]!r} is no duration: give one like 30s, 15m, 2h, 7d or 4w")
    return seconds
