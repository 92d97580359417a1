"""MLflow's versions and traces into a store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Final
from urllib.parse import urlsplit

from verspan.errors import InvalidArgumentError
from verspan.mlflow_import.database import Database
from verspan.mlflow_import.model import MlflowExperiment, MlflowTrace, Source
from verspan.mlflow_import.server import Server
from verspan.mlflow_import.spans import MODEL_ID, spans_from
from verspan.mlflow_import.versions import Versions, versions_from
from verspan.store.interface import Store
from verspan.traces.model import SpanRecord
from verspan.transfer.model import ImportReport, Progress, Tell
from verspan.transfer.versions import keep_version

_BATCH: Final = 1_000  # spans of one transaction


def import_mlflow(store: Store, uri: str, experiments: Sequence[str], tell: Tell) -> ImportReport:
    """Keep the LoggedModels and traces of an MLflow; to do so again adds what is new there and changes nothing else.

    Args:
        store: where to keep them.
        uri: ``sqlite:///`` and a path, a path, or ``http://`` or ``https://`` and a server.
        experiments: names of those to import; all of them where there are none given.
        tell: called with the progress.

    Raises:
        InvalidArgumentError: it is no MLflow 3, cannot be read, or has no such experiment.
        StoreError: the store could not keep it; what it has kept until then stays.
    """
    with closing(_opened(uri)) as source:
        work = _Import(store, source, tell)
        for experiment in _chosen(source.experiments(), experiments):
            work.bring(experiment)
        return work.report()


def _opened(uri: str) -> Source:
    scheme = urlsplit(uri).scheme
    if scheme in ("http", "https"):
        return Server(uri)
    if scheme in ("", "sqlite"):
        return Database(uri)
    raise InvalidArgumentError(
        f"{scheme}:// is not a kind of MLflow that can be imported: give sqlite:///mlflow.db, or the address of a"
        " tracking server, which `mlflow server --backend-store-uri …` starts on any of its stores"
    )


def _chosen(there: Sequence[MlflowExperiment], names: Sequence[str]) -> Sequence[MlflowExperiment]:
    unknown = {*names} - {experiment.name for experiment in there}
    if unknown:
        raise InvalidArgumentError(f"MLflow has no experiment {min(unknown)!r}")
    return [experiment for experiment in there if not names or experiment.name in names]


class _Import:
    """Experiments on their way, and what has come of it."""

    def __init__(self, store: Store, source: Source, tell: Tell) -> None:
        self._store = store
        self._source = source
        self._tell = tell
        self._batch: list[SpanRecord] = []
        self._models = self._new_models = self._spans = self._new_spans = 0
        self._assessments = self._without_spans = 0
        self._orphans: Counter[str] = Counter()
        self._notes: list[str] = []

    def bring(self, experiment: MlflowExperiment) -> None:
        """Keep the versions of an experiment, then its traces."""
        versions = versions_from(self._source.models(experiment))
        self._notes += versions.notes
        for record in versions.records:
            is_new, differences = keep_version(self._store, record)
            self._models, self._new_models = self._models + 1, self._new_models + is_new
            self._notes += differences
        for trace in self._source.traces(experiment):
            self._bring_trace(trace, versions)
        self._write()

    def report(self) -> ImportReport:
        """What has come of it."""
        notes = (*self._notes, *self._left_out())
        return ImportReport(self._models, self._new_models, self._spans, self._new_spans, notes=notes)

    def _left_out(self) -> Iterator[str]:
        for model_id, traces in self._orphans.items():
            yield f"{traces} traces have no version: LoggedModel {model_id}, which they are of, is not there"
        if self._without_spans:
            yield f"{self._without_spans} traces are left out: MLflow has no spans of them that can be read"
        if self._assessments:
            yield f"{self._assessments} assessments are not imported"

    def _bring_trace(self, trace: MlflowTrace, versions: Versions) -> None:
        model_id = trace.metadata.get(MODEL_ID)
        version = versions.by_mlflow_id.get(model_id) if model_id else None
        if model_id and version is None:
            self._orphans[model_id] += 1
        self._assessments += trace.assessments
        self._without_spans += not trace.spans
        self._batch += spans_from(trace, version)
        if len(self._batch) >= _BATCH:
            self._write()

    def _write(self) -> None:
        self._spans += len(self._batch)
        self._new_spans += self._store.write_spans(self._batch).written
        self._batch = []
        self._tell(Progress("importing spans", self._spans, None))
