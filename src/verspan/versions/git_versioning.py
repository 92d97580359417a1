"""Versions named after the state of the code, in one line: ``verspan.enable_git_model_versioning()``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

from verspan.context import ActiveVersion, current_experiment, set_default_version, withdraw_default_version
from verspan.versions.application import application_folder, state_name
from verspan.versions.capture.model import CodeState
from verspan.versions.capture.settings import capture_settings
from verspan.versions.capture.taking import captured_code, git_state
from verspan.versions.model import GitState, LoggedModel
from verspan.versions.registry import recorded, store_place

_SHORT_COMMIT: Final = 7  # digits, as git shortens them at least
_SHORT_FINGERPRINT: Final = 8  # digits that tell dirty trees of one commit apart


@final
@dataclass(frozen=True)
class GitModelVersioning:
    """That versions are named after the code; in a ``with`` statement until the end of the block."""

    active_model: LoggedModel
    """The version that is active."""
    info: GitState | None
    """What git, or else the platform, says of the code; None where neither says anything."""

    def __enter__(self) -> GitModelVersioning:
        return self

    def __exit__(self, *exception: object) -> None:
        disable_git_model_versioning()


class _Current:
    version: ActiveVersion | None = None
    """The version that was made active here last."""


def enable_git_model_versioning(remote_name: str = "origin") -> GitModelVersioning:
    """Make the version active that is named after the state of the code, in the whole process.

    Its name is ``<directory>-<git describe --tags --always>``, the same on every branch. Where the tree differs from
    the commit, untracked files included, ``-dirty-`` and the first 8 digits of its fingerprint follow, so that two
    dirty trees of one commit are two versions. The state is read before this returns, within 50 ms in a clean
    repository of 10,000 files, and kept in the background.

    Args:
        remote_name: which remote's address is recorded; where there is no such remote, the branch's.

    Returns:
        The version and what it is named after. As a context manager it ends with the block.
    """
    folder = application_folder()
    code = captured_code(folder, capture_settings(), store_place(), remote_name)
    info = None if code is None else git_state(code)
    name = state_name(folder, None if code is None else _description(code))
    model = recorded(current_experiment(), name, info, code)
    _Current.version = ActiveVersion(model.model_id, name)
    set_default_version(_Current.version)
    return GitModelVersioning(model, info)


def disable_git_model_versioning() -> None:
    """Have no version active any more that :func:`enable_git_model_versioning` made so; one named since then stays."""
    version, _Current.version = _Current.version, None
    if version is not None:
        withdraw_default_version(version)


def _description(code: CodeState) -> str | None:
    commit = code.commit[:_SHORT_COMMIT] if code.commit else None
    called = (code.description or commit) if code.tree_read else (commit or code.description)
    if not code.dirty:
        return called
    return "-".join(part for part in (called, "dirty", code.fingerprint[:_SHORT_FINGERPRINT]) if part)
