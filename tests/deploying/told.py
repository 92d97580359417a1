"""Events and hours of traffic, short to write: times are hours and minutes of one day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count

from verspan.deployments.model import DeploymentEvent, EventKind, TrafficHour

DAY_MS = 1_793_491_200_000  # 2026-11-01 00:00:00 UTC
_MINUTE_MS = 60_000
_KINDS = {"deploy": EventKind.DEPLOY, "alongside": EventKind.ALONGSIDE, "undeploy": EventKind.UNDEPLOY}


def at(clock: str) -> int:
    """Milliseconds since the epoch of a time of the day: ``12:30``; ``36:00`` is noon of the next."""
    hours, minutes = map(int, clock.split(":"))
    return DAY_MS + (hours * 60 + minutes) * _MINUTE_MS


def at_ns(clock: str) -> int:
    """The same in nanoseconds."""
    return at(clock) * 1_000_000


def ledger(*lines: str, environment: str = "production") -> list[DeploymentEvent]:
    """A ledger from lines such as ``12:30 deploy v1``; the first event is by ``by 1``, the next by ``by 2``."""
    return list(_events(lines, environment))


def _events(lines: Iterable[str], environment: str) -> Iterator[DeploymentEvent]:
    for entry, line in zip(count(1), lines, strict=False):
        clock, kind, name = line.split()
        yield DeploymentEvent(_KINDS[kind], environment, f"m-{name}", name, at(clock), entry, f"by {entry}")


def seen(*lines: str, environment: str = "production") -> list[TrafficHour]:
    """Traffic from lines such as ``12:05-12:55 v1 40``: the first and the last span of an hour, version, calls."""
    return [_hour(line, environment) for line in lines]


def _hour(line: str, environment: str) -> TrafficHour:
    period, name, calls = line.split()
    first, last = (at_ns(clock) for clock in period.split("-"))
    hour = first // 3_600_000_000_000
    assert last // 3_600_000_000_000 == hour
    return TrafficHour(environment, f"m-{name}", name, hour, 2 * int(calls), int(calls), first, last)
