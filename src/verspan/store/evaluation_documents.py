"""Runs and results of rows as JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verspan.assessments.model import AssessmentError, AssessmentSource, AssessmentSourceType, Feedback
from verspan.evaluation.model import EvaluationRun, Goal, RowFailure, RowResult, RunStatus, ScorerRecord, Spent
from verspan.store.encoding import from_json, to_json


def run_document(run: EvaluationRun) -> bytes:
    """A run as JSON."""
    return to_json({**vars(run), "scorers": [vars(scorer) for scorer in run.scorers]})


def run_of(document: bytes) -> EvaluationRun:
    """The run that :func:`run_document` was given."""
    fields = from_json(document)
    scorers = tuple(ScorerRecord(**{**each, "goal": Goal(each["goal"])}) for each in fields["scorers"])
    return EvaluationRun(**{**fields, "scorers": scorers, "status": RunStatus(fields["status"])})


def row_document(result: RowResult) -> bytes:
    """The result of a row as JSON."""
    failure = None if result.failure is None else vars(result.failure)
    parts = {"failure": failure, "spent": vars(result.spent), "judging": vars(result.judging)}
    return to_json({**vars(result), **parts, "scores": [_feedback_fields(score) for score in result.scores]})


def row_of(document: bytes) -> RowResult:
    """The result that :func:`row_document` was given."""
    fields = from_json(document)
    failure = fields["failure"]
    return RowResult(
        **{
            **fields,
            "failure": None if failure is None else RowFailure(**failure),
            "spent": Spent(**fields["spent"]),
            "judging": Spent(**fields["judging"]),
            "scores": tuple(_feedback_of(score) for score in fields["scores"]),
        }
    )


def _feedback_fields(score: Feedback) -> dict[str, Any]:
    error = None if score.error is None else vars(score.error)
    return {**vars(score), "error": error, "source": vars(score.source)}


def _feedback_of(fields: Mapping[str, Any]) -> Feedback:
    error, source = fields["error"], fields["source"]
    return Feedback(
        **{
            **fields,
            "error": None if error is None else AssessmentError(**error),
            "source": AssessmentSource(AssessmentSourceType(source["source_type"]), source["source_id"]),
        }
    )
