"""Stretches of time that a trend is told by: hours, days and weeks of UTC."""

from __future__ import annotations

from datetime import datetime, timezone
from enum import Enum

_S = 1_000_000_000
_HOUR_S = 3600
_DAY_S = 24 * _HOUR_S
_MONDAY_S = 4 * _DAY_S  # the epoch began on a Thursday


class Stretch(str, Enum):
    """How long a stretch is."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    """From Monday on."""

    @property
    def length_ns(self) -> int:
        """How long it is."""
        return {Stretch.HOUR: _HOUR_S, Stretch.DAY: _DAY_S, Stretch.WEEK: 7 * _DAY_S}[self] * _S

    def start_of(self, time_ns: int) -> int:
        """When the stretch began that a moment is in; both in nanoseconds since the epoch."""
        offset = _MONDAY_S * _S if self is Stretch.WEEK else 0
        return (time_ns - offset) // self.length_ns * self.length_ns + offset

    def label(self, start_ns: int) -> str:
        """What to call the stretch that began then."""
        moment = datetime.fromtimestamp(start_ns // _S, tz=timezone.utc)
        return f"{moment:%Y-%m-%d %H:%M}" if self is Stretch.HOUR else f"{moment:%Y-%m-%d}"
