"""Which application this process runs, for versions that nobody has named."""

from __future__ import annotations

import logging
import os
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from verspan.versions.git import read_described_state, read_git_state, read_head, root_of
from verspan.versions.identity import printable
from verspan.versions.model import GitState
from verspan.versions.platforms import platform_git_state, service_version

_NAMELESS: Final = "application"  # in the root folder, which has no name
_SHORT_COMMIT: Final = 7  # digits, as git shortens them at least
_PACKAGE_FOLDERS: Final = ("site-packages", "dist-packages")

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class NamedState:
    """A state of the application, and the name that it has of itself."""

    name: str
    git: GitState | None


def application_folder() -> Path:
    """The folder of the main script, or the working directory where the script's tells nothing.

    That of ``uvicorn`` or ``pytest`` tells nothing, since it lies with the interpreter or among packages; and a script
    outside any repository counts for less than a working directory inside one.
    """
    folders = [folder for folder in (_script_folder(), _working_directory()) if folder is not None]
    in_repository = (folder for folder in folders if root_of(folder) is not None)
    return next(in_repository, folders[0] if folders else Path(os.sep))


def application_git_state() -> GitState | None:
    """The state of the code that this process runs: git's word, else the platform's; None where neither has one."""
    return _or_platform(read_git_state(application_folder()))


def application_head() -> GitState | None:
    """The same without looking at the application's files, so that whether it is dirty stays open."""
    return _or_platform(read_head(application_folder()))


def automatic_state(folder: Path) -> NamedState:
    """The version that a folder holds: ``<directory>-<git describe --tags --always --dirty>``.

    The directory is the repository's root. Without git it is the folder itself, with the commit that the platform tells
    of, or ``service.version``, or alone.
    """
    described = read_described_state(folder)
    state = _or_platform(described.state)
    commit = state.commit[:_SHORT_COMMIT] if state is not None and state.commit is not None else None
    return NamedState(state_name(folder, described.description or commit or service_version()), state)


def state_name(folder: Path, description: str | None) -> str:
    """The name of a state: that of the repository's root or of the folder, and what tells the state apart.

    Args:
        folder: the application's.
        description: how its state is called; where it is None, which is logged once, no state is told from another.
    """
    directory = (root_of(folder) or folder).name or _NAMELESS
    if description is None:
        _say_indistinct(directory)
    name = "-".join(part for part in (directory, description) if part)
    return printable(_decodable(name)).strip() or _NAMELESS


def _or_platform(state: GitState | None) -> GitState | None:
    return state if state is not None and state.commit is not None else platform_git_state() or state


def _script_folder() -> Path | None:
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    if not isinstance(script, str) or not os.path.lexists(script):
        return None
    folder = Path(os.path.abspath(script)).parent  # noqa: PTH100 - resolve() would follow the links of a deployment
    if folder == Path(sys.executable).parent or any(name in folder.parts for name in _PACKAGE_FOLDERS):
        return None
    return folder


def _working_directory() -> Path | None:
    try:
        return Path.cwd()
    except OSError:  # it has been deleted
        return None


def _decodable(name: str) -> str:
    """The name of a folder, which need not be text, as text."""
    return os.fsencode(name).decode("utf-8", "replace")


@lru_cache(maxsize=64)
def _say_indistinct(directory: str) -> None:
    _logger.info(
        "git tells nothing of %s, so every state of it is the version %s and none can be told from another. "
        "Commit it to a git repository, or name its versions: verspan.set_active_model(name=...).",
        directory,
        directory,
    )
