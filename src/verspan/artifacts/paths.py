"""Paths of artifacts, and of files in packages: relative, with ``/`` between folders, and the same on every system."""

from __future__ import annotations

import re
import reprlib
import unicodedata
from collections.abc import Iterable
from typing import Final

from verspan.errors import InvalidArgumentError

MAX_PATH_LENGTH: Final = 1000
"""In characters: what object stores take as a key, a prefix and a hash included."""
_UNUSABLE: Final = ("Cc", "Cs")  # Unicode's control characters, and halves of a pair, which UTF-8 cannot hold
_DRIVE: Final = re.compile(r"[A-Za-z]:")
_WAY_OUT: Final = "give a relative path such as 'evaluation/rows.json'"


def checked_path(path: str) -> str:
    """A path as it is used, in Unicode's composed form (NFC).

    Raises:
        InvalidArgumentError: it is empty, absolute or too long, leads out of its folder, or has characters that some
            system cannot have in a name.
    """
    composed = unicodedata.normalize("NFC", path)
    problem = _problem(composed)
    if problem:
        raise InvalidArgumentError(f"the path {reprlib.repr(path)} {problem}: {_WAY_OUT}")
    return composed


def check_apart(paths: Iterable[str]) -> None:
    """Check that no two paths are one file on some system, and that none is a folder of another.

    Raises:
        InvalidArgumentError: two are; the message names both.
    """
    known: dict[str, str] = {}
    for path in paths:
        other = known.get(path.casefold())
        if other is not None:
            kind = "stands there twice" if other == path else f"and {other!r} are one file where case is not told apart"
            raise InvalidArgumentError(f"the path {path!r} {kind}: rename one")
        known[path.casefold()] = path
    for folded, path in known.items():
        file = next((known[folder] for folder in _folders(folded) if folder in known), None)
        if file is not None:
            raise InvalidArgumentError(f"{file!r} is a file, and cannot be the folder of {path!r} too: rename one")


def _folders(path: str) -> Iterable[str]:
    return (path[:position] for position, character in enumerate(path) if character == "/")


def _problem(path: str) -> str | None:
    parts = path.split("/")
    if not path or len(path) > MAX_PATH_LENGTH:
        return f"does not have 1 to {MAX_PATH_LENGTH} characters"
    if path.startswith("/") or _DRIVE.match(path):
        return "is absolute"
    if "\\" in path or any(unicodedata.category(character) in _UNUSABLE for character in path):
        return "has a backslash or a character that cannot be printed"
    if any(part in ("", ".", "..") for part in parts):
        return "has a part that is empty, '.' or '..'"
    return None
