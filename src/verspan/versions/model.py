"""What a version is: the frozen dataclasses that cross module boundaries, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType


class LoggedModelStatus(str, Enum):
    """The state of a version's record; MLflow's names and values."""

    PENDING = "PENDING"
    READY = "READY"
    FAILED = "FAILED"


@dataclass(frozen=True)
class GitState:
    """The state of the working tree that a version was started from; each field is None where git could not say."""

    commit: str | None = None
    """Full hash of HEAD; None before the first commit."""
    branch: str | None = None
    """Name of the branch; None when HEAD is detached."""
    remote_url: str | None = None
    """Address of the remote, without credentials."""
    dirty: bool | None = None
    """Whether a tracked file differs from HEAD or an untracked one that git does not ignore is there."""


@dataclass(frozen=True)
class LoggedModel:
    """One state of an application: the version that spans belong to."""

    model_id: str
    """``m-`` and 32 hexadecimal digits, computed from the experiment's and the version's name."""
    name: str
    experiment_id: str
    experiment_name: str
    creation_timestamp: int
    """When the version was first recorded, in milliseconds since the epoch."""
    last_updated_timestamp: int
    """When its record last changed, in milliseconds since the epoch."""
    status: LoggedModelStatus = LoggedModelStatus.READY
    git: GitState | None = None
    """None where the application runs outside a git repository."""
    params: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    tags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)


@dataclass(frozen=True)
class Experiment:
    """The application that versions belong to."""

    experiment_id: str
    """``e-`` and 32 hexadecimal digits, computed from the name."""
    name: str
