"""What a store does. SQLite is the first; whatever comes later runs the same conformance suite.

A store is safe to use from many threads, and several processes may use one place at the same time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from verspan.artifacts.records import ArtifactRecords
from verspan.assessments.records import AssessmentRecords
from verspan.audit.records import AuditRecords
from verspan.deployments.records import DeploymentRecords
from verspan.prompts.records import PromptRecords
from verspan.traces.model import Figures, RepeatedCalls, SpanRecord, Trace, TracePage, TraceQuery
from verspan.versions.capture.records import CaptureRecords
from verspan.versions.model import LoggedModel
from verspan.versions.records import ModelRecords

if TYPE_CHECKING:  # of the workbench, which need not be installed
    from verspan.datasets.records import DatasetRecords
    from verspan.evaluation.records import EvaluationRecords
    from verspan.sources.model import TraceObservations
    from verspan.transfer.records import SpanPages


@dataclass(frozen=True)
class WriteResult:
    """What became of a batch of spans."""

    written: int
    duplicates: int
    """Spans that the store held already, by trace and span id; they change nothing."""


@dataclass(frozen=True)
class ModelQuery:
    """Which versions to list; every field that is set must match, and the newest come first."""

    experiment_name: str | None = None
    name: str | None = None
    name_prefix: str | None = None
    model_id_prefix: str | None = None
    include_deleted: bool = False
    limit: int = 100


class Store(Protocol):
    """Where versions and traces are kept. Every method raises :class:`~verspan.errors.StoreError`."""

    @property
    def location(self) -> str:
        """Where it is, as a person would name it: a path or an address without credentials."""
        ...

    @property
    def models(self) -> ModelRecords:
        """The records of versions: changes of them, aliases, and the search."""
        ...

    @property
    def captures(self) -> CaptureRecords:
        """The states of code, and of what it ran in, that versions were seen in."""
        ...

    @property
    def deployments(self) -> DeploymentRecords:
        """The ledger of deployments, and the traffic of versions by environment."""
        ...

    @property
    def datasets(self) -> DatasetRecords:
        """Rows to evaluate versions with, versioned by what they hold."""
        ...

    @property
    def evaluations(self) -> EvaluationRecords:
        """Evaluation runs, and what came of each of their rows."""
        ...

    @property
    def assessments(self) -> AssessmentRecords:
        """What was found of traces, and what is expected of them."""
        ...

    @property
    def audit(self) -> AuditRecords:
        """The log of every change of a record."""
        ...

    @property
    def artifacts(self) -> ArtifactRecords:
        """The manifests of versions' artifacts."""
        ...

    @property
    def prompts(self) -> PromptRecords:
        """Prompts, and which version has used them."""
        ...

    @property
    def observations(self) -> TraceObservations:
        """The traffic of versions, for comparing them."""
        ...

    @property
    def span_pages(self) -> SpanPages:
        """The spans of a version's traces, page by page."""
        ...

    def write_spans(self, spans: Sequence[SpanRecord]) -> WriteResult:
        """Keep a batch of spans, all or none, each once however often it is given.

        A span ``logged_model.registered`` is no application's: its version's record is kept as :meth:`upsert_model`
        keeps it, counted as written, and no trace is (:mod:`verspan.telemetry.registered`).
        """
        ...

    def upsert_model(self, model: LoggedModel) -> LoggedModel:
        """Keep a version's record, or add it to the one that is there, and return what is kept.

        The earliest creation time and the newest of the rest count; tags and measurements that the record does not have
        stay, and so do the status and the values of parameters of a version that is READY or FAILED. Its fingerprints
        are all that were ever recorded under the name. A version that was known only from its spans gets its record
        here.
        """
        ...

    def get_model(self, model_id: str) -> LoggedModel | None:
        """The version with this id, or None."""
        ...

    def find_models(self, query: ModelQuery) -> Sequence[LoggedModel]:
        """Versions, newest first: also those that are known only from their spans, not those that are deleted."""
        ...

    def get_trace(self, trace_id: str) -> Trace | None:
        """The trace with this id, or None."""
        ...

    def find_traces(self, query: TraceQuery) -> TracePage:
        """Traces, newest first, a page at a time."""
        ...

    def match_trace_ids(self, prefix: str, limit: int = 10) -> Sequence[str]:
        """Ids that begin with a prefix, for people who type the first digits."""
        ...

    def figures(self, model_ids: Sequence[str]) -> Mapping[str, Figures]:
        """Figures of each version asked for, at a cost that does not grow with the number of spans."""
        ...

    def repeated_calls(self) -> Sequence[RepeatedCalls]:
        """Of the newest spans, the calls that count for nothing since somebody else told of them; by scope."""
        ...

    def close(self) -> None:
        """Release files and connections; calling it twice is fine."""
        ...
