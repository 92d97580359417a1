"""Which paths of a record may be written: those inside the folder, and none of git's own.

A record may come from a stranger, and so may a commit; what git refuses to check out is refused here.
"""

from __future__ import annotations

import os
import re
from typing import Final

from verspan.errors import InvalidArgumentError

# Code points that HFS+ ignores in names, so that a name with one of them in it may be another's.
_IGNORED: Final = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
_GIT: Final = frozenset((".git", "git~1"))  # the latter is how FAT and NTFS may shorten it
_REFUSED: Final = frozenset(("", ".", ".."))
_LONGEST: Final = 4096  # bytes


def checked_path(path: str) -> str:
    """A path of a record that may be written inside a folder.

    Raises:
        InvalidArgumentError: it is absolute, leads out of the folder or into git's own, or is no path.
    """
    parts = path.split("/")
    if any(part in _REFUSED or _is_git(part) for part in parts) or "\0" in path or _is_foreign(path):
        raise InvalidArgumentError(
            f"the record names the path {path[:200]!r}, which leads out of the folder or into git's own: nothing is "
            "written for it. Do not trust this record."
        )
    return path


def _is_git(part: str) -> bool:
    return _IGNORED.sub("", part).lower().split(":")[0].rstrip(". ") in _GIT


def _is_foreign(path: str) -> bool:
    """Whether a path means something else on this system than the record may say."""
    too_long = len(path.encode("utf-8", "surrogateescape")) > _LONGEST
    return too_long or (os.name == "nt" and ("\\" in path or ":" in path))
