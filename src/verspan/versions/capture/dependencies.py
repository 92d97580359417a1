"""What an application runs on: Python, the installed packages, and the lock file that asked for them."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from verspan.versions.capture.model import Dependencies, LockFile

_INSTALLED: Final = (".dist-info", ".egg-info")
_SEPARATORS: Final = re.compile(r"[-_.]+")
_LOCKS: Final = ("uv.lock", "pylock.toml", "poetry.lock", "pdm.lock", "Pipfile.lock", "requirements.txt")
"""In the order in which they are looked for in a folder; then any ``pylock.*.toml`` and ``requirements*.txt``."""
_OTHER_LOCKS: Final = ("pylock.*.toml", "requirements*.txt")
_LARGEST_LOCK: Final = 1 << 24


def read_dependencies(folder: Path, root: Path | None) -> Dependencies:
    """What an application runs on.

    Args:
        folder: the application's.
        root: of its repository, above which no lock file is looked for; None where there is none.
    """
    return Dependencies(
        python_version=platform.python_version(),
        implementation=platform.python_implementation(),
        platform=f"{platform.system()}-{platform.machine()}",
        packages=_packages(tuple(sys.path)),
        lock=_nearest_lock(folder, root or folder),
    )


@lru_cache(maxsize=4)  # a process has the packages that it has started with
def _packages(places: tuple[str, ...]) -> MappingProxyType[str, str]:
    """Versions by normalised name; of a package that is there twice the one that Python finds.

    The names of ``.dist-info`` folders hold both; :mod:`importlib.metadata` would open and parse a file for each.
    """
    found: dict[str, str] = {}
    for place in dict.fromkeys(places):
        for name, version in _packages_in(place or os.curdir):
            found.setdefault(name, version)
    return MappingProxyType(dict(sorted(found.items())))


def _packages_in(place: str) -> Iterator[tuple[str, str]]:
    try:
        names = sorted(os.listdir(place))  # noqa: PTH208 - names alone, and a place may be a file
    except OSError:  # an archive, or a place that is not there
        return
    for each in names:
        stem, suffix = os.path.splitext(each)  # noqa: PTH122 - likewise
        name, dash, rest = stem.partition("-")
        if suffix in _INSTALLED and dash:
            yield _SEPARATORS.sub("-", name).lower(), rest.partition("-py")[0].replace("_", "-")


def _nearest_lock(folder: Path, root: Path) -> LockFile | None:
    """The lock file in a folder or the nearest above it, up to the root."""
    above = [folder, *folder.parents]
    for place in above[: above.index(root) + 1] if root in above else [folder]:
        others = (each for pattern in _OTHER_LOCKS for each in _sorted(place, pattern))
        for candidate in (*(place / name for name in _LOCKS), *others):
            lock = _lock(candidate, root if root in above else folder)
            if lock is not None:
                return lock
    return None


def _sorted(place: Path, pattern: str) -> list[Path]:
    try:
        return sorted(place.glob(pattern))
    except OSError:  # the folder may not be listed
        return []


def _lock(path: Path, root: Path) -> LockFile | None:
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST_LOCK:
            return None
        return LockFile(path.relative_to(root).as_posix(), path.read_bytes())
    except OSError:
        return None
