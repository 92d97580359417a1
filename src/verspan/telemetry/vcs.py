"""Where code came from, by the names of OpenTelemetry's conventions for version control."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verspan.semconv import VCS_REF_HEAD_NAME, VCS_REF_HEAD_REVISION, VCS_REPOSITORY_URL_FULL
from verspan.versions.model import GitState
from verspan.versions.remotes import without_credentials


def vcs_attributes(git: GitState | None) -> dict[str, str]:
    """The commit, the branch and the remote as attributes; what is not known is left out."""
    state = git or GitState()
    known = (
        (VCS_REF_HEAD_REVISION, state.commit),
        (VCS_REF_HEAD_NAME, state.branch),
        (VCS_REPOSITORY_URL_FULL, state.remote_url),
    )
    return {name: value for name, value in known if value}


def git_state_in(attributes: Mapping[str, Any], *, dirty: bool | None) -> GitState | None:
    """The state that attributes tell of; None where they tell of none.

    Args:
        attributes: any span's or resource's; an address in it that has credentials loses them.
        dirty: whether the working tree was changed, of which the conventions know nothing.
    """
    url = _text(attributes.get(VCS_REPOSITORY_URL_FULL))
    state = GitState(
        commit=_text(attributes.get(VCS_REF_HEAD_REVISION)),
        branch=_text(attributes.get(VCS_REF_HEAD_NAME)),
        remote_url=without_credentials(url) if url is not None else None,
        dirty=dirty,
    )
    return None if state == GitState() else state


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
