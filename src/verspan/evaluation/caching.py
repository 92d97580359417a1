"""Answers that earlier runs have had of the same function and version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verspan.datasets.canonical import canonical
from verspan.evaluation.model import EvaluationRun, RowResult
from verspan.evaluation.records import EvaluationRecords, RunQuery

Answers = Mapping[tuple[bytes, int], RowResult]
"""By what was asked, as canonical JSON, and by trial."""


def earlier_answers(records: EvaluationRecords, run: EvaluationRun) -> Answers:
    """What the newest hundred runs of a run's version and function were answered, failures left out."""
    if run.function is None or run.model_id is None:
        return {}
    runs = [each for each in records.find_runs(RunQuery(model_id=run.model_id)) if each.function == run.function]
    kept = (row for each in reversed(runs) for row in records.rows(each.run_id) if row.failure is None)
    return {(asked(row.inputs), row.trial): row for row in kept}


def asked(inputs: Mapping[str, Any]) -> bytes:
    """What makes two rows ask the same."""
    return canonical(inputs, "a row's inputs")
