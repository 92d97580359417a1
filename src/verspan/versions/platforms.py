"""What the platform says of the code's origin, where the repository has been left behind: in images and in CI."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from verspan.semconv import SERVICE_VERSION
from verspan.versions.model import GitState
from verspan.versions.remotes import without_credentials

_RESOURCE_ATTRIBUTES: Final = "OTEL_RESOURCE_ATTRIBUTES"
_COMMIT: Final = re.compile(r"[0-9a-f]{7,64}")
_WHOLE_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True)
class Platform:
    """The environment variables that a platform sets."""

    name: str
    commit: str
    branch: str | None = None
    repository: tuple[str, ...] = ()
    """Their values, with slashes between them, are the repository's address."""

    def git_state(self) -> GitState | None:
        """What the variables say; None where they do not say the commit."""
        commit = os.environ.get(self.commit, "").strip().lower()
        if _COMMIT.fullmatch(commit) is None:  # such as `unknown`, which images are built with
            return None
        branch = os.environ.get(self.branch) if self.branch is not None else None
        return GitState(commit, branch or None, self._remote_url())

    def _remote_url(self) -> str | None:
        parts = [os.environ.get(name, "") for name in self.repository]
        return without_credentials("/".join(parts)) if parts and all(parts) else None


PLATFORMS: Final = (
    Platform("GitHub Actions", "GITHUB_SHA", "GITHUB_REF_NAME", ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY")),
    Platform("GitLab CI", "CI_COMMIT_SHA", "CI_COMMIT_REF_NAME", ("CI_PROJECT_URL",)),
    Platform("Bitbucket Pipelines", "BITBUCKET_COMMIT", "BITBUCKET_BRANCH", ("BITBUCKET_GIT_HTTP_ORIGIN",)),
    Platform("Azure Pipelines", "BUILD_SOURCEVERSION", "BUILD_SOURCEBRANCHNAME", ("BUILD_REPOSITORY_URI",)),
    Platform("CircleCI", "CIRCLE_SHA1", "CIRCLE_BRANCH", ("CIRCLE_REPOSITORY_URL",)),
    Platform("Jenkins, and many a Dockerfile", "GIT_COMMIT", "GIT_BRANCH", ("GIT_URL",)),
    Platform("Vercel", "VERCEL_GIT_COMMIT_SHA", "VERCEL_GIT_COMMIT_REF"),
    Platform("Railway", "RAILWAY_GIT_COMMIT_SHA", "RAILWAY_GIT_BRANCH"),
    Platform("Render", "RENDER_GIT_COMMIT", "RENDER_GIT_BRANCH"),
    Platform("Heroku", "HEROKU_BUILD_COMMIT"),
)
"""The first that says a commit counts; docs/versions.md lists them."""


def service_version() -> str | None:
    """The ``service.version`` that OpenTelemetry's variable tells; None where it tells of none."""
    pairs = (pair.partition("=") for pair in os.environ.get(_RESOURCE_ATTRIBUTES, "").split(","))
    found = {name.strip(): unquote(value.strip()) for name, _, value in pairs}
    return found.get(SERVICE_VERSION) or None


def platform_git_state() -> GitState | None:
    """The state that the environment tells of, which never says whether it is dirty; None where it tells of none.

    A ``service.version`` that is a whole commit counts where no platform tells of one.
    """
    told = next((state for platform in PLATFORMS if (state := platform.git_state()) is not None), None)
    version = (service_version() or "").lower()
    return told or (GitState(version) if _WHOLE_COMMIT.fullmatch(version) else None)
