"""An environment with the packages that a version ran on, made by uv from its lock, else from the versions it had."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from verspan.errors import VerspanError
from verspan.recreating.model import FOLDER, Missing
from verspan.recreating.paths import checked_path
from verspan.recreating.uv import run_uv
from verspan.versions.capture.model import Dependencies, LockFile

_ENVIRONMENT: Final = f"{FOLDER}/venv"
_PACKAGES: Final = f"{FOLDER}/packages.txt"
_UV_LOCK: Final = "uv.lock"


@dataclass(frozen=True)
class MadeEnvironment:
    """An environment, and what is not in it as it was."""

    python: Path | None
    missing: list[Missing] = field(default_factory=list)


def make_environment(directory: Path, dependencies: Dependencies) -> MadeEnvironment:
    """Make the environment of a recreated version in its folder.

    Packages are installed by uv: what they run while they are built is run, as it would be by ``pip install``.

    Args:
        directory: the recreated folder.
        dependencies: what the record says that the version ran on.
    """
    place = directory / _ENVIRONMENT
    try:
        run_uv("venv", "--quiet", "--python", dependencies.python_version, place, doing="make the environment")
    except VerspanError as error:
        return MadeEnvironment(None, [Missing(_ENVIRONMENT, f"there is no environment: {error}")])
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    try:
        requirements = _requirements(directory, dependencies.lock)
        run_uv("pip", "install", "--quiet", "--python", python, "-r", requirements, doing="install the packages")
    except VerspanError as error:
        return MadeEnvironment(python, [Missing(_ENVIRONMENT, f"the environment is empty: {error}")])
    return MadeEnvironment(python)


def _requirements(directory: Path, lock: LockFile | None) -> Path:
    """The file that says what to install: the lock where uv reads it, else the versions that were installed."""
    path = None if lock is None else directory / checked_path(lock.path)
    if lock is None or path is None or not _is_as_recorded(path, lock):
        return directory / _PACKAGES
    name = PurePosixPath(lock.path).name
    if name == _UV_LOCK:
        return _exported(directory, path)
    readable = name.endswith(".txt") or name.startswith("pylock")
    return path if readable else directory / _PACKAGES


def _exported(directory: Path, lock: Path) -> Path:
    requirements = directory / FOLDER / "requirements.txt"
    options = ("--frozen", "--no-emit-workspace", "--no-annotate", "--no-header", "--quiet")
    text = run_uv("export", "--project", lock.parent, *options, "--format", "requirements-txt", doing="read uv.lock")
    requirements.write_text(text, encoding="utf-8")
    return requirements


def _is_as_recorded(path: Path, lock: LockFile) -> bool:
    """Whether the file is there with the recorded content, and is no link."""
    return not path.is_symlink() and path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == lock.digest
