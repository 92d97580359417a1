"""Evaluation runs and the results of their rows in the store's tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, or_, select
from sqlalchemy.dialects.sqlite import insert

from verspan.errors import NotFoundError
from verspan.evaluation.model import EvaluationRun, RowResult
from verspan.evaluation.records import RunQuery
from verspan.store.database import Database
from verspan.store.evaluation_documents import row_document, row_of, run_document, run_of
from verspan.store.evaluation_tables import evaluation_rows, evaluation_runs

_RUNS = evaluation_runs.c
_ROWS = evaluation_rows.c


class SqlEvaluations:
    """The :class:`~verspan.evaluation.records.EvaluationRecords` of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep_run(self, run: EvaluationRun) -> None:
        """Keep a run, or how far it has come."""
        fields = {
            "name": run.name,
            "model_id": run.model_id,
            "dataset_name": run.dataset_name,
            "dataset_digest": run.dataset_digest,
            "started_ms": run.started_ms,
            "document": run_document(run),
        }
        statement = insert(evaluation_runs).values(run_id=run.run_id, **fields)
        with self._database.writing() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=[_RUNS.run_id], set_=fields))

    def keep_rows(self, run_id: str, results: Sequence[RowResult]) -> None:
        """Keep results, all or none; one that is there for a row and trial stays, unless it has no scores yet."""
        documents = [
            {"row_id": each.row_id, "trial": each.trial, "scored": each.scored, "document": row_document(each)}
            for each in results
        ]
        if not documents:
            return
        statement = insert(evaluation_rows)
        later = {name: statement.excluded[name] for name in ("scored", "document")}
        statement = statement.on_conflict_do_update(
            index_elements=[_ROWS.run_key, _ROWS.row_id, _ROWS.trial], set_=later, where=~_ROWS.scored
        )
        with self._database.writing() as connection:
            key = _key_of(connection, run_id)
            rows = [{"run_key": key, **document} for document in documents]
            connection.execute(statement, rows)

    def load_run(self, run_id: str) -> EvaluationRun:
        """A run by its id, the beginning of one, or its name where one run has it."""
        meant = or_(_RUNS.run_id.startswith(run_id, autoescape=True), _RUNS.name == run_id)
        with self._database.reading() as connection:
            found = connection.execute(select(_RUNS.run_id, _RUNS.document).where(meant).limit(_FEW)).all()
        exact = [row for row in found if row.run_id == run_id] or found
        if len(exact) != 1 or not run_id:
            raise _not_one(run_id, [row.run_id for row in exact])
        return run_of(exact[0].document)

    def find_runs(self, query: RunQuery) -> Sequence[EvaluationRun]:
        """Runs, newest first."""
        statement: Select[Any] = select(_RUNS.document).order_by(_RUNS.started_ms.desc(), _RUNS.run_key.desc())
        for field in ("model_id", "dataset_name", "dataset_digest", "name"):
            wanted = getattr(query, field)
            if wanted is not None:
                statement = statement.where(_RUNS[field] == wanted)
        with self._database.reading() as connection:
            return [run_of(document) for (document,) in connection.execute(statement.limit(query.limit))]

    def rows(self, run_id: str) -> Sequence[RowResult]:
        """Everything that a run has found so far, by row and trial."""
        statement = (
            select(_ROWS.document)
            .join_from(evaluation_rows, evaluation_runs, _ROWS.run_key == _RUNS.run_key)
            .where(_RUNS.run_id == run_id)
            .order_by(_ROWS.row_id, _ROWS.trial)
        )
        with self._database.reading() as connection:
            return [row_of(document) for (document,) in connection.execute(statement)]


_FEW = 5
"""As many runs as a message names."""


def _key_of(connection: Connection, run_id: str) -> int:
    key: int | None = connection.scalar(select(_RUNS.run_key).where(_RUNS.run_id == run_id))
    if key is None:
        raise _not_one(run_id, [])
    return key


def _not_one(run_id: str, found: Sequence[str]) -> NotFoundError:
    if not found:
        return NotFoundError(f"the store has no evaluation run {run_id!r}")
    return NotFoundError(
        f"several evaluation runs are meant by {run_id!r}, such as {', '.join(found)}: give more digits"
    )
