"""MLflow's SQLite file, read only: LoggedModels and traces of schema versions since 3.0."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from verspan.errors import InvalidArgumentError
from verspan.mlflow_import.model import SESSION, MlflowExperiment, MlflowMetric, MlflowModel, MlflowSpan, MlflowTrace
from verspan.mlflow_import.span_json import span_from

_STATUSES: Final = ("UNSPECIFIED", "PENDING", "READY", "FAILED")
_SQLITE: Final = "sqlite:///"
_PAGE: Final = 200  # traces


class Database:
    """A :class:`~verspan.mlflow_import.model.Source` in a file.

    Args:
        place: the path of the file, or ``sqlite:///`` and the path.

    Raises:
        InvalidArgumentError: there is no such file, or it is not MLflow's.
    """

    def __init__(self, place: str) -> None:
        self._path = Path(place.removeprefix(_SQLITE)).absolute()
        if not self._path.is_file():
            raise InvalidArgumentError(f"there is no file {str(self._path)!r} to import from")
        self._connection = sqlite3.connect(f"{self._path.as_uri()}?mode=ro", uri=True)
        self._connection.row_factory = sqlite3.Row
        try:
            self._check()
        except BaseException:
            self._connection.close()
            raise

    def experiments(self) -> Sequence[MlflowExperiment]:
        """All experiments."""
        rows = self._rows(
            "SELECT experiment_id, name FROM experiments WHERE lifecycle_stage = 'active' ORDER BY experiment_id"
        )
        return [MlflowExperiment(str(row["experiment_id"]), row["name"]) for row in rows]

    def models(self, experiment: MlflowExperiment) -> Iterator[MlflowModel]:
        """The LoggedModels of an experiment, the earliest first, those included that are deleted."""
        if "logged_models" not in self._tables:
            return
        rows = self._rows(
            "SELECT * FROM logged_models WHERE experiment_id = ? ORDER BY creation_timestamp_ms, model_id",
            experiment.experiment_id,
        )
        for row in rows:
            yield self._model(row, experiment.name)

    def traces(self, experiment: MlflowExperiment) -> Iterator[MlflowTrace]:
        """The traces of an experiment, the earliest first."""
        last: tuple[int, str] = (-1, "")
        while True:
            page = self._rows(
                "SELECT * FROM trace_info WHERE experiment_id = ?"
                " AND (timestamp_ms > ? OR (timestamp_ms = ? AND request_id > ?))"
                " ORDER BY timestamp_ms, request_id LIMIT ?",
                *(experiment.experiment_id, last[0], *last, _PAGE),
            )
            if not page:
                return
            for row in page:
                yield self._trace(row)
            last = (page[-1]["timestamp_ms"], page[-1]["request_id"])

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _check(self) -> None:
        self._tables = {row["name"] for row in self._rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not {"alembic_version", "experiments", "trace_info"} <= self._tables:
            raise InvalidArgumentError(
                f"{str(self._path)!r} is not a store of MLflow 3: give its backend store's file, often mlflow.db"
            )

    def _model(self, row: sqlite3.Row, experiment_name: str) -> MlflowModel:
        model_id, run_id = row["model_id"], row["source_run_id"]
        metrics = self._rows("SELECT * FROM logged_model_metrics WHERE model_id = ?", model_id)
        return MlflowModel(
            model_id=model_id,
            experiment_name=experiment_name,
            name=row["name"],
            status=_STATUSES[row["status"]] if row["status"] in range(len(_STATUSES)) else _STATUSES[0],
            creation_timestamp=row["creation_timestamp_ms"],
            last_updated_timestamp=row["last_updated_timestamp_ms"],
            model_type=row["model_type"] or None,
            deleted=row["lifecycle_stage"] == "deleted",
            params=self._pairs(
                "SELECT param_key, param_value FROM logged_model_params WHERE model_id = ? ORDER BY param_key", model_id
            ),
            tags=self._pairs(
                "SELECT tag_key, tag_value FROM logged_model_tags WHERE model_id = ? ORDER BY tag_key", model_id
            ),
            metrics=[
                MlflowMetric(
                    each["metric_name"],
                    each["metric_value"],
                    each["metric_timestamp_ms"],
                    each["metric_step"],
                    each["dataset_name"],
                )
                for each in metrics
            ],
            run_tags=self._pairs("SELECT key, value FROM tags WHERE run_uuid = ? ORDER BY key", run_id)
            if run_id
            else {},
        )

    def _trace(self, row: sqlite3.Row) -> MlflowTrace:
        trace_id = row["request_id"]
        tags = self._pairs("SELECT key, value FROM trace_tags WHERE request_id = ? ORDER BY key", trace_id)
        metadata = self._pairs(
            "SELECT key, value FROM trace_request_metadata WHERE request_id = ? ORDER BY key", trace_id
        )
        if "session_id" in row.keys() and row["session_id"] is not None:  # noqa: SIM118 - a row's `in` looks at values
            metadata[SESSION] = row["session_id"]  # newer versions have it there alone
        assessments = 0
        if "assessments" in self._tables:
            ((assessments,),) = self._rows("SELECT count(*) FROM assessments WHERE trace_id = ?", trace_id)
        return MlflowTrace(tags, metadata, self._spans(trace_id, tags), assessments)

    def _spans(self, trace_id: str, tags: Mapping[str, str]) -> list[MlflowSpan]:
        rows: Sequence[sqlite3.Row] = ()
        if "spans" in self._tables:
            rows = self._rows(
                "SELECT content FROM spans WHERE trace_id = ? ORDER BY start_time_unix_nano, span_id", trace_id
            )
        try:
            documents = [json.loads(row["content"]) for row in rows] or _spans_in_file(
                tags.get("mlflow.artifactLocation")
            )
            return [span_from(document) for document in documents]
        except (ValueError, OSError):  # of another form, or in a file that cannot be read: said by their number
            return []

    def _pairs(self, statement: str, *values: object) -> dict[str, str]:
        return {key: value for key, value in self._rows(statement, *values) if value is not None}

    def _rows(self, statement: str, *values: object) -> list[sqlite3.Row]:
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise InvalidArgumentError(f"{str(self._path)!r} cannot be read as MLflow's store: {error}") from error


def _spans_in_file(location: str | None) -> list[Any]:
    """The spans that MLflow before 3.6 has in a file beside its artifacts, where that is on this machine."""
    if not location:
        return []
    parts = urlsplit(location)
    path = Path(unquote(parts.path) if parts.scheme == "file" else location) / "traces.json"
    if parts.scheme not in ("", "file") or not path.is_file():
        return []
    spans: list[Any] = json.loads(path.read_text(encoding="utf-8")).get("spans", [])
    return spans
