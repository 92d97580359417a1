"""Taking a capture of this process: its code, what it runs on, and how it was started."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from verspan.versions.application import application_folder, application_git_state
from verspan.versions.capture.code import read_code
from verspan.versions.capture.dependencies import read_dependencies
from verspan.versions.capture.model import Capture, CodeState, ReadState
from verspan.versions.capture.settings import CaptureMode, CaptureSettings, capture_settings
from verspan.versions.capture.surroundings import read_entry_point, read_environment
from verspan.versions.git import root_of, tell_of
from verspan.versions.git_command import GitError
from verspan.versions.model import GitState
from verspan.versions.platforms import platform_git_state, service_version

_SQLITE: Final = "sqlite:///"


def take_capture(store_url: str | None = None, code: CodeState | None = None) -> Capture | None:
    """The state that this process is in, as far as the settings say that it is captured.

    Args:
        store_url: the store, whose files are no part of the state where they lie in the working tree.
        code: the state of the code, where that has been read already.

    Returns:
        None where the settings say that nothing is captured.
    """
    settings = capture_settings()
    if settings.mode is CaptureMode.OFF:
        return None
    folder = application_folder()
    root = root_of(folder)
    code = code or captured_code(folder, settings, store_url)
    if settings.mode is CaptureMode.GIT:
        return Capture(code)
    return Capture(
        code, read_dependencies(folder, root), read_environment(settings.environment), read_entry_point(root)
    )


def read_state(store_url: str | None = None, code: CodeState | None = None) -> ReadState:
    """What the record of a version of this process has of its state.

    Args:
        store_url: likewise.
        code: likewise.
    """
    capture = take_capture(store_url, code)
    if capture is None or capture.code is None:
        return ReadState(application_git_state(), capture)
    return ReadState(git_state(capture.code), capture)


def captured_code(
    folder: Path, settings: CaptureSettings, store_url: str | None = None, remote_name: str | None = None
) -> CodeState | None:
    """The state of the code in a folder: git's word, else the platform's; None where neither has one.

    What git cannot read is logged once.

    Args:
        folder: the application's.
        settings: how much is kept.
        store_url: the store, whose files are no part of the state where they lie in the working tree.
        remote_name: the remote whose address is taken; where it is not there, the branch's.
    """
    root = root_of(folder)
    if root is None:
        return _platform_code()
    try:
        return read_code(root, settings.max_bytes, _store_files(root, store_url), remote_name)
    except GitError as error:
        tell_of(error, folder)
        return _platform_code()


def git_state(code: CodeState) -> GitState:
    """What of a state a version's record has."""
    return GitState(code.commit, code.branch, code.remote_url, code.dirty)


def _platform_code() -> CodeState | None:
    state, version = platform_git_state(), service_version()
    if state is None and version is None:
        return None
    known = state or GitState()
    return CodeState(known.commit, known.branch, remote_url=known.remote_url, description=version, tree_read=False)


def _store_files(root: Path, store_url: str | None) -> tuple[str, ...]:
    """How the paths of the store's files begin, where it lies in the working tree."""
    path = Path((store_url or "").removeprefix(_SQLITE))
    return (path.relative_to(root).as_posix(),) if path.is_relative_to(root) else ()
