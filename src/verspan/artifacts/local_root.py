"""An artifact root in a folder."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final
from uuid import uuid4

from verspan.artifacts.roots import key_of
from verspan.errors import StoreUnavailableError

_INCOMING: Final = "incoming"
_LEFT_FOR_S: Final = 7 * 24 * 3600  # longer than anything takes to be written


class LocalRoot:
    """A :class:`~verspan.artifacts.roots.ContentRoot` in a folder.

    Args:
        folder: made when the first content is put.
        url: what the manifest says of it.
    """

    parallel = 1

    def __init__(self, folder: Path, url: str | None) -> None:
        self.url = url
        self.location = str(folder)
        self._folder = folder
        self._tidied = False

    def has(self, digest: str, size: int) -> bool:
        """Whether a content of this SHA-256 and size is there."""
        try:
            return self._path(digest).stat().st_size == size
        except FileNotFoundError:
            return False
        except OSError as error:
            raise self._unusable(error) from error

    def put(self, digest: str, size: int, chunks: Iterable[bytes]) -> None:  # noqa: ARG002 - other roots plan by the size
        """Write a content beside its place and put it there whole."""
        path, incoming = self._path(digest), self._folder / _INCOMING / uuid4().hex
        try:
            for folder in (path.parent, incoming.parent):
                folder.mkdir(parents=True, exist_ok=True)
            self._tidy(incoming.parent)
            _write(incoming, chunks)
            incoming.replace(path)
        except OSError as error:
            raise self._unusable(error) from error
        finally:
            with suppress(OSError):
                incoming.unlink()

    def open(self, digest: str) -> BinaryIO:
        """A content as a stream of bytes."""
        try:
            return self._path(digest).open("rb")
        except FileNotFoundError:
            raise
        except OSError as error:
            raise self._unusable(error) from error

    def _tidy(self, incoming: Path) -> None:
        """Remove, once, what processes that were killed have left half written."""
        if self._tidied:
            return
        self._tidied = True
        for path in incoming.iterdir():
            with suppress(OSError):  # another process may tidy up too
                if path.stat().st_mtime < time.time() - _LEFT_FOR_S:
                    path.unlink()

    def _path(self, digest: str) -> Path:
        return self._folder / key_of(digest)

    def _unusable(self, error: OSError) -> StoreUnavailableError:
        return StoreUnavailableError(
            f"the artifact root {self.location} cannot be used: {error.strerror or error}. Make the folder readable and"
            " writable, or name another place in VERSPAN_ARTIFACTS"
        )


def _write(path: Path, chunks: Iterable[bytes]) -> None:
    with path.open("xb") as file:
        file.writelines(chunks)
        file.flush()
        os.fsync(file.fileno())  # or a power cut could leave an empty file where the content should be
