"""The store over SQL: what the interface promises, each in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from verspan.errors import InvalidArgumentError
from verspan.store import figures, models, reading
from verspan.store.artifacts import SqlArtifacts
from verspan.store.assessments import SqlAssessments
from verspan.store.audit_log import SqlAudit
from verspan.store.bodies import RecentBodies
from verspan.store.captures import SqlCaptures
from verspan.store.database import Database
from verspan.store.deployments import SqlDeployments
from verspan.store.dictionaries import Dictionaries
from verspan.store.interface import ModelQuery, WriteResult
from verspan.store.model_records import SqlModelRecords
from verspan.store.prepared import prepare
from verspan.store.prompt_store import SqlPrompts
from verspan.store.repeated import repeated_calls
from verspan.store.search import IndexMemory
from verspan.store.seen_calls import CallMemory, keep_calls
from verspan.store.transaction import Transaction
from verspan.store.writing import keep_spans
from verspan.telemetry.registered import told_apart
from verspan.traces.model import Figures, RepeatedCalls, SpanRecord, Trace, TracePage, TraceQuery
from verspan.versions.model import LoggedModel

if TYPE_CHECKING:  # of the workbench, which need not be installed
    from verspan.store.datasets import SqlDatasets
    from verspan.store.evaluations import SqlEvaluations
    from verspan.store.exporting import SqlSpanPages
    from verspan.store.observations import SqlObservations


class SqlStore:
    """A :class:`~verspan.store.interface.Store` in an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._dictionaries = Dictionaries()
        self._recent_bodies = RecentBodies()
        self._index_memory = IndexMemory()
        self._call_memory = CallMemory()

    @property
    def location(self) -> str:
        """The path of its file."""
        return str(self._database.path)

    @property
    def models(self) -> SqlModelRecords:
        """The records of versions."""
        return SqlModelRecords(self._database)

    @property
    def captures(self) -> SqlCaptures:
        """The states in which versions were seen."""
        return SqlCaptures(self._database)

    @property
    def deployments(self) -> SqlDeployments:
        """The ledger of deployments, and the traffic of versions by environment."""
        return SqlDeployments(self._database)

    @property
    def datasets(self) -> SqlDatasets:
        """Rows to evaluate versions with, versioned by what they hold."""
        from verspan.store.datasets import SqlDatasets

        return SqlDatasets(self._database)

    @property
    def evaluations(self) -> SqlEvaluations:
        """Evaluation runs, and what came of each of their rows."""
        from verspan.store.evaluations import SqlEvaluations

        return SqlEvaluations(self._database)

    @property
    def assessments(self) -> SqlAssessments:
        """What was found of traces, and what is expected of them."""
        return SqlAssessments(self._database)

    @property
    def audit(self) -> SqlAudit:
        """The log of every change of a record."""
        return SqlAudit(self._database)

    @property
    def artifacts(self) -> SqlArtifacts:
        """The manifests of versions' artifacts."""
        return SqlArtifacts(self._database)

    @property
    def prompts(self) -> SqlPrompts:
        """Prompts, and which version has used them."""
        return SqlPrompts(self._database)

    @property
    def observations(self) -> SqlObservations:
        """The traffic of versions."""
        from verspan.store.observations import SqlObservations

        return SqlObservations(self._database)

    @property
    def span_pages(self) -> SqlSpanPages:
        """The spans of a version's traces, page by page."""
        from verspan.store.exporting import SqlSpanPages

        return SqlSpanPages(self._database, self._dictionaries)

    def write_spans(self, spans: Sequence[SpanRecord]) -> WriteResult:
        """Keep a batch of spans, all or none, each once however often it is given; or the record it tells of."""
        records, others = told_apart(spans)
        prepared = prepare(others)  # outside the transaction: others may write meanwhile
        with self._index_memory.transaction() as index, self._database.writing() as connection:
            for record in records:
                models.upsert_model(connection, record)
            transaction = Transaction(connection, self._dictionaries.compressor(), self._recent_bodies, index)
            written = keep_spans(transaction, prepared)
            keep_calls(connection, self._call_memory, prepared)
        self._dictionaries.make_when_due(self._database)
        return WriteResult(written + len(records), len(prepared) - written)

    def upsert_model(self, model: LoggedModel) -> LoggedModel:
        """Keep a version's record and return it as kept."""
        with self._database.writing() as connection:
            return models.upsert_model(connection, model)

    def get_model(self, model_id: str) -> LoggedModel | None:
        """The version with this id, or None."""
        with self._database.reading() as connection:
            return models.get_model(connection, model_id)

    def find_models(self, query: ModelQuery) -> Sequence[LoggedModel]:
        """Versions, newest first."""
        with self._database.reading() as connection:
            return models.find_models(connection, query)

    def get_trace(self, trace_id: str) -> Trace | None:
        """The trace with this id, or None."""
        try:
            key = bytes.fromhex(trace_id)
        except ValueError:
            return None
        with self._database.reading() as connection:
            return reading.get_trace(connection, self._dictionaries, key)

    def find_traces(self, query: TraceQuery) -> TracePage:
        """Traces, newest first, a page at a time."""
        if query.limit < 1:
            raise InvalidArgumentError(f"limit={query.limit}: a page has at least one trace")
        with self._database.reading() as connection:
            return reading.find_traces(connection, self._dictionaries, query)

    def match_trace_ids(self, prefix: str, limit: int = 10) -> Sequence[str]:
        """Ids that begin with a prefix."""
        with self._database.reading() as connection:
            return reading.match_trace_ids(connection, prefix, limit)

    def figures(self, model_ids: Sequence[str]) -> Mapping[str, Figures]:
        """Figures of each version asked for."""
        with self._database.reading() as connection:
            return figures.read_figures(connection, model_ids)

    def repeated_calls(self) -> Sequence[RepeatedCalls]:
        """Calls among the newest spans that somebody else told of too."""
        with self._database.reading() as connection:
            return repeated_calls(connection)

    def close(self) -> None:
        """Close the connections."""
        self._database.close()
