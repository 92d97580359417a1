"""Whether a recreated tree is what the record says: a hash over every path, mode and content."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from verspan.versions.capture.disk import mode_of
from verspan.versions.capture.listing import decoded
from verspan.versions.capture.model import FileMode

_GIT: Final = b".git"


def tree_digest(files: Mapping[str, tuple[FileMode, str]]) -> str:
    """SHA-256 over files, given as mode and SHA-256 of the content by path.

    It is over the JSON array of ``[path, mode, digest]`` for each, sorted by path, without blanks and with characters
    beyond ASCII escaped.
    """
    lines = [[path, mode.value, digest] for path, (mode, digest) in sorted(files.items())]
    return hashlib.sha256(json.dumps(lines, separators=(",", ":")).encode("ascii")).hexdigest()


def files_in(root: Path) -> dict[str, tuple[FileMode, str]]:
    """Mode and SHA-256 of every file in a folder but git's own, those of repositories within included."""
    top = os.fsencode(root)
    return {decoded(os.path.relpath(place, top).replace(os.fsencode(os.sep), b"/")): kept for place, kept in _walk(top)}


def _walk(folder: bytes) -> Iterator[tuple[bytes, tuple[FileMode, str]]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name == _GIT:
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(entry.path)
            elif (mode := mode_of(entry.stat(follow_symlinks=False))) is not None:
                yield entry.path, (mode, _digest(entry.path, mode))


def _digest(place: bytes, mode: FileMode) -> str:
    if mode is FileMode.SYMLINK:
        return hashlib.sha256(os.readlink(place)).hexdigest()  # noqa: PTH115 - a target may be no text
    with open(place, "rb") as file:  # noqa: PTH123 - a path may be no text
        return hashlib.sha256(file.read()).hexdigest()
