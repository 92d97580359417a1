"""Runs that are under way: who works on one holds a lock, which ends with its process, however that ends."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from typing_extensions import Self

fcntl: Any
try:
    import fcntl
except ImportError:  # Windows has no such locks: runs are not held there
    fcntl = None


class Holding:
    """The runs that an evaluation holds, as locked files beside the store.

    The locks are POSIX's, which a forked child does not inherit: workers that outlive their parent hold nothing. They
    do not keep a process from itself, so it remembers what it holds. What is no file system with such locks, or no
    file, is as though nobody held anything.
    """

    _of_this_process: ClassVar[set[str]] = set()

    def __init__(self, store: str) -> None:
        """Hold nothing yet.

        Args:
            store: where the store is.
        """
        self._folder = Path(f"{store}-evaluating") if fcntl is not None and Path(store).is_file() else None
        self._held: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for run_id, descriptor in self._held.items():
            self._path(run_id).unlink(missing_ok=True)  # while it is locked, so that nobody holds what is about to go
            os.close(descriptor)
            self._of_this_process.discard(run_id)

    def take(self, run_id: str) -> int | None:
        """Hold a run from now on.

        Returns:
            None where nobody else does; the number of the process that does, 0 where that is not known.
        """
        if self._folder is None:
            return None
        if run_id in self._of_this_process:
            return os.getpid()
        try:
            return self._lock(run_id)
        except OSError:  # no such locks here, or no file beside the store
            return None

    def _lock(self, run_id: str) -> int | None:
        path = self._path(run_id)
        path.parent.mkdir(exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):  # POSIX allows either
            holder = os.pread(descriptor, 20, 0).decode("ascii")
            os.close(descriptor)
            return int(holder) if holder.isdecimal() else 0
        if not os.fstat(descriptor).st_nlink:  # whoever held it has removed it meanwhile
            os.close(descriptor)
            return self._lock(run_id)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode("ascii"), 0)
        self._held[run_id] = descriptor
        self._of_this_process.add(run_id)
        return None

    def _path(self, run_id: str) -> Path:
        return Path(f"{self._folder}") / f"{run_id}.lock"
