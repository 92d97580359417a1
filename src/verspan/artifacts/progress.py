"""How far long work on files is, said on a terminal or in the log, and only where it is long."""

from __future__ import annotations

import logging
import sys
import threading
import time
from typing import Final

_SILENT_S: Final = 2.0  # what takes no longer needs no word
_BETWEEN_S: Final = 0.5
_BETWEEN_LOGGED_S: Final = 10.0
_MEBI: Final = 2**20
_logger = logging.getLogger(__name__)


class Meter:
    """Counts what is done of a piece of work, from any thread.

    Args:
        doing: what is done, as ``"logging"``.
        files: how many files there are.
        size: bytes of all of them together; a byte counts each time that it is read.
    """

    def __init__(self, doing: str, files: int, size: int) -> None:
        self._doing = doing
        self._files = files
        self._size = size
        self._done_files = 0
        self._done = 0
        self._on_terminal = sys.stderr is not None and sys.stderr.isatty()
        self._next = time.monotonic() + (_SILENT_S if self._on_terminal else _BETWEEN_LOGGED_S)
        self._shown = False
        self._lock = threading.Lock()

    def advance(self, size: int) -> None:
        """Count bytes that are done."""
        with self._lock:
            self._done += size
            if time.monotonic() >= self._next:
                self._say()

    def file_done(self) -> None:
        """Count a file that is done."""
        with self._lock:
            self._done_files += 1

    def close(self) -> None:
        """End the line on the terminal, where there is one."""
        if self._shown:
            print(file=sys.stderr)  # noqa: T201 - the terminal is where somebody waits
            self._shown = False

    def _say(self) -> None:
        self._next = time.monotonic() + (_BETWEEN_S if self._on_terminal else _BETWEEN_LOGGED_S)
        told = (
            f"{self._doing}: {self._done_files} of {self._files} files, "
            f"{100 * self._done // max(1, self._size)} % of {self._size / _MEBI:.1f} MiB"
        )
        if self._on_terminal:
            print(f"\r{told}", end="", file=sys.stderr, flush=True)  # noqa: T201 - likewise
            self._shown = True
        else:
            _logger.info("%s", told)
