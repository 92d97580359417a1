"""What MLflow has of versions and traces, wherever it is read from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

SESSION: Final = "mlflow.trace.session"
"""The name of a trace's session among its metadata."""


@dataclass(frozen=True)
class MlflowExperiment:
    """An experiment that is not deleted."""

    experiment_id: str
    name: str


@dataclass(frozen=True)
class MlflowMetric:
    """One measurement of a LoggedModel."""

    key: str
    value: float
    timestamp: int
    step: int
    dataset_name: str | None


@dataclass(frozen=True)
class MlflowModel:
    """A LoggedModel."""

    model_id: str
    experiment_name: str
    name: str
    status: str
    """``PENDING``, ``READY``, ``FAILED``, or something else."""
    creation_timestamp: int
    """In milliseconds since the epoch, as the next."""
    last_updated_timestamp: int
    model_type: str | None
    deleted: bool
    params: Mapping[str, str]
    tags: Mapping[str, str]
    metrics: Sequence[MlflowMetric]
    run_tags: Mapping[str, str]
    """Tags of the run that it comes from."""


@dataclass(frozen=True)
class MlflowSpan:
    """A span, its attributes as the values that they are."""

    trace_id: str
    """32 hexadecimal digits."""
    span_id: str
    """16 hexadecimal digits, as the next."""
    parent_span_id: str | None
    name: str
    start_ns: int
    end_ns: int
    status: str
    """``OK``, ``ERROR`` or ``UNSET``."""
    status_message: str
    attributes: Mapping[str, Any]
    events: Sequence[tuple[str, int, Mapping[str, Any]]]
    """Name, time in nanoseconds and attributes of each."""
    links: Sequence[tuple[str, str, Mapping[str, Any]]]
    """Trace id, span id and attributes of each."""


@dataclass(frozen=True)
class MlflowTrace:
    """A trace with its spans."""

    tags: Mapping[str, str]
    metadata: Mapping[str, str]
    spans: Sequence[MlflowSpan]
    """None where they cannot be read; a trace without spans is none."""
    assessments: int
    """How many there are of it."""


class Source(Protocol):
    """Where MLflow's versions and traces are.

    Every method raises :class:`~verspan.errors.InvalidArgumentError` where it cannot be read.
    """

    def experiments(self) -> Sequence[MlflowExperiment]:
        """All experiments."""
        ...

    def models(self, experiment: MlflowExperiment) -> Iterator[MlflowModel]:
        """The LoggedModels of an experiment, the earliest first."""
        ...

    def traces(self, experiment: MlflowExperiment) -> Iterator[MlflowTrace]:
        """The traces of an experiment."""
        ...

    def close(self) -> None:
        """Leave it."""
        ...
