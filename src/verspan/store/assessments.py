"""Assessments in the store's tables."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from verspan.assessments.model import (
    Assessment,
    AssessmentError,
    AssessmentSource,
    AssessmentSourceType,
    Expectation,
    Feedback,
)
from verspan.assessments.records import AssessmentQuery
from verspan.audit.model import Change
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.store.assessment_tables import assessments
from verspan.store.audit import note_change
from verspan.store.database import Database
from verspan.store.encoding import from_json, to_json
from verspan.store.keys import chunks
from verspan.store.tables import logged_models, traces

_TABLE = assessments.c
_FEEDBACK, _EXPECTATION = "FEEDBACK", "EXPECTATION"


class SqlAssessments:
    """The :class:`~verspan.assessments.records.AssessmentRecords` of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, added: Sequence[Assessment]) -> Sequence[Assessment]:
        """Keep assessments, all or none."""
        now = time.time_ns() // 1_000_000
        kept = [_completed(each, now) for each in added]
        rows = [_row(each) for each in kept]  # outside the transaction: others may write meanwhile
        if not rows:
            return kept
        with self._database.writing() as connection:
            for each in kept:
                _take_place(connection, each)
            connection.execute(insert(assessments), rows)
        return kept

    def withdraw(self, assessment_id: str) -> Assessment:
        """Make an assessment no longer valid."""
        with self._database.writing() as connection:
            found = _required(connection, assessment_id)
            if found.valid:
                _end(connection, assessment_id)
                note_change(connection, Change("assessment.withdraw", "assessment", assessment_id, before=_told(found)))
        return replace(found, valid=False)

    def find(self, query: AssessmentQuery) -> Sequence[Assessment]:
        """Assessments, by trace and time."""
        conditions = _conditions(query)
        with self._database.reading() as connection:
            if not query.trace_ids:
                return _found(connection, conditions)
            ids = sorted({bytes.fromhex(trace_id) for trace_id in query.trace_ids})
            return [
                each for some in chunks(ids) for each in _found(connection, [*conditions, _TABLE.trace_id.in_(some)])
            ]


def _completed(assessment: Assessment, now: int) -> Assessment:
    if assessment.trace_id is None:
        raise InvalidArgumentError(f"the assessment {assessment.name!r} says no trace that it is of")
    return replace(
        assessment,
        assessment_id=assessment.assessment_id or f"a-{uuid.uuid4().hex}",
        create_time_ms=now if assessment.create_time_ms is None else assessment.create_time_ms,
    )


def _take_place(connection: Connection, assessment: Assessment) -> None:
    """End what an assessment overrides, and note the change where a person makes it."""
    earlier = None
    if assessment.overrides is not None:
        earlier = _required(connection, assessment.overrides)
        _check_overridden(earlier, assessment)
        _end(connection, assessment.overrides)
    if assessment.source.source_type is AssessmentSourceType.HUMAN:
        action = "assessment.log" if earlier is None else "assessment.override"
        before = None if earlier is None else _told(earlier)
        subject = str(assessment.assessment_id)
        note_change(connection, Change(action, "assessment", subject, before, _told(assessment)))


def _check_overridden(earlier: Assessment, assessment: Assessment) -> None:
    if earlier.trace_id != assessment.trace_id:
        raise NotFoundError(f"the trace {assessment.trace_id} has no assessment {assessment.overrides!r}")
    if not earlier.valid:
        raise InvalidArgumentError(
            f"the assessment {assessment.overrides!r} was overridden or withdrawn already: override the newest, "
            f"which `verspan feedback {assessment.trace_id}` shows"
        )


def _told(assessment: Assessment) -> dict[str, Any]:
    return {
        "trace": assessment.trace_id,
        "name": assessment.name,
        "value": assessment.value,
        "source": f"{assessment.source.source_type.value} {assessment.source.source_id}",
    }


def _end(connection: Connection, assessment_id: str) -> None:
    connection.execute(update(assessments).where(_TABLE.assessment_id == assessment_id).values(valid=False))


def _required(connection: Connection, assessment_id: str) -> Assessment:
    found = _found(connection, [_TABLE.assessment_id == assessment_id])
    if not found:
        raise NotFoundError(f"the store has no assessment {assessment_id!r}: `verspan feedback TRACE` lists a trace's")
    return found[0]


def _conditions(query: AssessmentQuery) -> list[ColumnElement[bool]]:
    equal = {"name": query.name, "source_type": query.source_type, "source_id": query.source_id, "run_id": query.run_id}
    conditions = [_TABLE[column] == value for column, value in equal.items() if value is not None]
    if query.model_id is not None:
        of_version = select(traces.c.trace_id).join_from(
            traces, logged_models, traces.c.model_key == logged_models.c.model_key
        )
        conditions.append(_TABLE.trace_id.in_(of_version.where(logged_models.c.model_id == query.model_id)))
    return conditions if query.include_overridden else [*conditions, _TABLE.valid]


def _found(connection: Connection, conditions: Sequence[ColumnElement[bool]]) -> list[Assessment]:
    statement = (
        select(assessments).where(*conditions).order_by(_TABLE.trace_id, _TABLE.created_ms, _TABLE.assessment_key)
    )
    return [_assessment(row) for row in connection.execute(statement)]


def _row(assessment: Assessment) -> dict[str, Any]:
    feedback = assessment if isinstance(assessment, Feedback) else None
    error = feedback.error if feedback else None
    return {
        "assessment_id": assessment.assessment_id,
        "trace_id": bytes.fromhex(assessment.trace_id or ""),
        "span_id": None if assessment.span_id is None else bytes.fromhex(assessment.span_id),
        "kind": _FEEDBACK if feedback else _EXPECTATION,
        "name": assessment.name,
        "value": to_json(assessment.value),
        "rationale": feedback.rationale if feedback else None,
        "error_code": error.error_code if error else None,
        "error_message": error.error_message if error else None,
        "source_type": assessment.source.source_type.value,
        "source_id": assessment.source.source_id,
        "metadata": to_json(dict(assessment.metadata)) if assessment.metadata else None,
        "created_ms": assessment.create_time_ms,
        "run_id": feedback.run_id if feedback else None,
        "overrides": assessment.overrides,
        "valid": assessment.valid,
    }


def _assessment(row: Row[Any]) -> Assessment:
    common = {
        "name": row.name,
        "value": from_json(row.value),
        "source": AssessmentSource(AssessmentSourceType(row.source_type), row.source_id),
        "metadata": {} if row.metadata is None else from_json(row.metadata),
        "trace_id": row.trace_id.hex(),
        "span_id": None if row.span_id is None else row.span_id.hex(),
        "assessment_id": row.assessment_id,
        "create_time_ms": row.created_ms,
        "overrides": row.overrides,
        "valid": row.valid,
    }
    if row.kind == _EXPECTATION:
        return Expectation(**common)
    error = None if row.error_code is None else AssessmentError(row.error_code, row.error_message)
    return Feedback(**common, rationale=row.rationale, error=error, run_id=row.run_id)
