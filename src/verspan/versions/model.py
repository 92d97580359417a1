"""What a version is: the frozen dataclasses that cross module boundaries, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
class ModelMetric:
    """One value of a metric of a version."""

    key: str
    value: float
    timestamp: int
    """When it was measured, in milliseconds since the epoch."""
    step: int = 0
    dataset_name: str | None = None
    """The data that it was measured on, where that has a name."""


@dataclass(frozen=True)
class SeenFingerprint:
    """A state of code and parameters that was recorded under a version's name."""

    fingerprint: str
    first_seen_timestamp: int
    """When it was first recorded, in milliseconds since the epoch."""


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
    metrics: Sequence[ModelMetric] = ()
    """By name and dataset, the earliest first."""
    aliases: Sequence[str] = ()
    """The names that its experiment has for it at present, such as ``champion``."""
    note: str | None = None
    """What somebody wrote about it."""
    model_type: str | None = None
    """What kind of application it is, in its owner's words, such as ``agent``."""
    parent_model_id: str | None = None
    """The version that it was made from."""
    baseline_model_id: str | None = None
    """The version that it is to be compared with."""
    fingerprint: str | None = None
    """What tells the state of its code, and of what that runs on, from another; None until that is known."""
    fingerprints: Sequence[SeenFingerprint] = ()
    """Every state that was recorded under its name, the earliest first; those of parameters that contradict count."""
    capture_id: str | None = None
    """Its newest capture of the code and what it runs in; None where there is none."""
    deleted_timestamp: int | None = None
    """When it was deleted, in milliseconds since the epoch; None unless it is."""

    @property
    def model_uri(self) -> str:
        """Its address among models, as MLflow writes it: ``models:/m-…``."""
        return f"models:/{self.model_id}"


@dataclass(frozen=True)
class AliasMove:
    """That an alias of an experiment has gone from one version to another."""

    experiment_name: str
    alias: str
    from_model_id: str | None
    """The version that it stood for before; None where it was new."""
    to_model_id: str | None
    """The version that it stands for since; None where it was taken away."""
    timestamp: int
    """In milliseconds since the epoch."""
    actor: str | None
    """Who moved it; None once that has been erased from the audit log."""


@dataclass(frozen=True)
class Experiment:
    """The application that versions belong to."""

    experiment_id: str
    """``e-`` and 32 hexadecimal digits, computed from the name."""
    name: str
