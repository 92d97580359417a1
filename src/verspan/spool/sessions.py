"""A process's part of a destination's folder: a lock that the system lets go of when the process ends, and segments.

Whoever holds the lock owns the segments. The process that writes them holds it as long as it lives; when it is dead,
however it died, the first process that asks gets it, and no other.
"""

from __future__ import annotations

import os
import time
from collections.abc import Container, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # Windows: there is no lock that ends with its process and that a child does not disturb
    fcntl = None  # type: ignore[assignment] # asked for before use

LOCKS_END_WITH_PROCESSES = fcntl is not None
"""Whether the system has the locks that a spool needs; without them spans wait in memory."""
LOCK_SUFFIX = ".lock"
SEGMENT_SUFFIX = ".segment"
_TRIES = 5
_MODE = 0o600


class Session:
    """The files of one process for one destination, and the lock on them that this process holds."""

    def __init__(self, folder: Path, name: str, lock: int) -> None:
        self.folder = folder
        self.name = name
        self._lock: int | None = lock
        self._segments = 0

    @classmethod
    def begin(cls, folder: Path) -> Session:
        """A session of this process's own.

        Raises:
            OSError: the folder takes no files, or the system has no locks of this kind.
        """
        for _ in range(_TRIES):
            name = f"{time.time_ns():016x}-{os.getpid()}-{os.urandom(3).hex()}"
            lock = _locked(folder / f"{name}{LOCK_SUFFIX}", os.O_CREAT | os.O_EXCL)
            if lock is not None:  # else somebody took it for a dead process's before it was locked
                return cls(folder, name, lock)
        raise OSError("somebody else takes every lock that is made there")

    @classmethod
    def adopt(cls, folder: Path, name: str) -> Session | None:
        """The session of a process that is dead; None where it lives, or another process has adopted it."""
        try:
            lock = _locked(folder / f"{name}{LOCK_SUFFIX}", os.O_CREAT)
        except OSError:
            return None
        return cls(folder, name, lock) if lock is not None else None

    def new_segment(self) -> Path:
        """Where the next segment is to be written."""
        self._segments += 1
        return self.folder / f"{self.name}.{self._segments:06d}{SEGMENT_SUFFIX}"

    def segments(self) -> list[Path]:
        """The segments that are there, oldest first."""
        return segments_of(self.folder, self.name)

    def end(self) -> None:
        """Let go of the lock; where no segment is left, the lock's file goes too."""
        if self._lock is not None:
            with suppress(OSError):
                if not self.segments():
                    self._path.unlink()
            self.leave()

    def leave(self) -> None:
        """Close this process's side of the lock; in a forked child its parent keeps it."""
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)

    @property
    def _path(self) -> Path:
        return self.folder / f"{self.name}{LOCK_SUFFIX}"


def segments_of(folder: Path, name: str) -> list[Path]:
    """The segments of a session that are there, oldest first."""
    return sorted(folder.glob(f"{name}.*{SEGMENT_SUFFIX}"))


def session_names(folder: Path) -> list[str]:
    """The sessions that have files in a folder, oldest first, whether their processes live or not."""
    with suppress(OSError):
        return sorted({name for file in os.listdir(folder) if (name := _session_of(file))})  # noqa: PTH208 - names suffice
    return []


def adopt_all(folder: Path, but: Container[str], limit: int) -> Iterator[Session]:
    """Adopt the sessions of dead processes, oldest first.

    Args:
        folder: the destination's folder.
        but: names of sessions to leave alone, which this process holds already.
        limit: how many at the most.
    """
    adopted = 0
    for name in session_names(folder):
        if adopted == limit:
            return
        session = Session.adopt(folder, name) if name not in but else None
        if session is not None:
            adopted += 1
            yield session


def is_alive(folder: Path, name: str) -> bool:
    """Whether some process holds a session; nothing is changed.

    Who asks to adopt it at the same moment may take it for a live one, and asks again a minute later.
    """
    if not (folder / f"{name}{LOCK_SUFFIX}").exists():
        return False
    session = Session.adopt(folder, name)
    if session is None:
        return True
    session.leave()
    return False


def _session_of(file: str) -> str:
    if file.endswith((LOCK_SUFFIX, SEGMENT_SUFFIX)) and not file.startswith("."):
        return file.partition(".")[0]
    return ""


def _locked(path: Path, flags: int) -> int | None:
    """A descriptor that holds the lock on a file, which stands at its path; None where another holds it.

    Raises:
        OSError: the file cannot be opened, or the system has no such locks.
    """
    if fcntl is None:
        raise OSError("this system has no locks that end with their process")
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | flags, _MODE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Between opening and locking, whoever held it may have delivered everything and removed the file.
        if os.fstat(descriptor).st_nlink:
            return descriptor
    except BlockingIOError:
        pass
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


@contextmanager
def exclusively(path: Path) -> Iterator[BinaryIO]:
    """A file to read and write, made where it is not there, while no other process has it so.

    Raises:
        OSError: it cannot be opened, or the system has no such locks.
    """
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE), "r+b") as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file
