"""What dead processes left for a destination, and this one has adopted."""

from __future__ import annotations

from collections.abc import Container
from contextlib import suppress
from pathlib import Path

from verspan.spool.reading import Segment
from verspan.spool.sessions import Session, adopt_all

ADOPTED_AT_ONCE = 64
"""Each keeps a file open until its spans are delivered."""


class Leftovers:
    """Adopted sessions and their segments; one thread at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._adopted: list[tuple[Session, list[Segment]]] = []

    @property
    def segments(self) -> list[Segment]:
        """The segments that are not removed yet, oldest first."""
        return [segment for _, segments in self._adopted for segment in segments]

    def adopt(self, own: str) -> bool:
        """Adopt what is there, as far as there is room.

        Args:
            own: the name of this process's session.

        Returns:
            Whether there is something to deliver.
        """
        held = {own, *(session.name for session, _ in self._adopted)}
        for session in adopt_all(self._folder, held, ADOPTED_AT_ONCE - len(self._adopted)):
            self._adopted.append((session, _segments_of(session)))
        self.forget_segments(())
        return bool(self._adopted)

    def forget_segments(self, removed: Container[Segment]) -> None:
        """Let go of segments that have been removed, and of sessions that have none left."""
        for session, segments in self._adopted:
            segments[:] = [segment for segment in segments if segment not in removed]
            if not segments:
                session.end()
        self._adopted = [(session, segments) for session, segments in self._adopted if segments]

    def release(self) -> None:
        """Leave what is not delivered to others."""
        for session, _ in self._adopted:
            session.end()
        self._adopted = []

    def forget(self) -> None:
        """Hold nothing, in a forked child: what was adopted is its parent's."""
        for session, _ in self._adopted:
            session.leave()
        self._adopted = []


def _segments_of(session: Session) -> list[Segment]:
    segments = []
    for path in session.segments():
        with suppress(OSError):  # it may not be read: it stays, and so does its lock's file
            segments.append(Segment(path))
    return segments
