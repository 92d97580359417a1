"""What a spool holds, for people: nothing is delivered and nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from verspan.spool.counters import Counters, read_counters
from verspan.spool.delivery import Destination
from verspan.spool.destinations import destinations_in
from verspan.spool.reading import Segment
from verspan.spool.sessions import is_alive, segments_of, session_names


@dataclass(frozen=True)
class SpoolState:
    """What waits for one destination, and what was lost."""

    destination: Destination
    folder: str
    waiting: int
    """Spans that are not delivered yet."""
    abandoned: int
    """Those of them that dead processes left, which anybody may deliver."""
    size_bytes: int
    oldest_ns: int | None
    """When the oldest of them ended, in nanoseconds since the epoch; None where none waits."""
    live_processes: int
    dead_processes: int
    """Processes that ended before their spans were delivered."""
    counters: Counters


def survey(spool: Path) -> Iterator[SpoolState]:
    """The state of every destination in a spool's folder."""
    for folder, destination in destinations_in(spool):
        yield survey_one(folder, destination)


def survey_one(folder: Path, destination: Destination) -> SpoolState:
    """The state of one destination.

    Args:
        folder: the destination's own folder.
        destination: where its spans go.
    """
    names = session_names(folder)
    live = [name for name in names if is_alive(folder, name)]
    segments = {name: list(_segments(folder, name)) for name in names}
    waiting = {name: sum(segment.waiting() for segment in found) for name, found in segments.items()}
    every = [segment for found in segments.values() for segment in found]
    return SpoolState(
        destination=destination,
        folder=str(folder),
        waiting=sum(waiting.values()),
        abandoned=sum(number for name, number in waiting.items() if name not in live),
        size_bytes=sum(segment.extent().end for segment in every),
        oldest_ns=min((ended for segment in every if (ended := segment.oldest_end_ns()) is not None), default=None),
        live_processes=len(live),
        dead_processes=len(names) - len(live),
        counters=read_counters(folder),
    )


def _segments(folder: Path, name: str) -> Iterator[Segment]:
    for path in segments_of(folder, name):
        with suppress(OSError):  # delivered and removed meanwhile
            yield Segment(path, sets_aside=False)
