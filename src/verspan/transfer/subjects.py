"""What a file has records of, and how a line of each subject is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from verspan.errors import InvalidArgumentError
from verspan.evaluation.model import EvaluationRun
from verspan.store.encoding import from_json
from verspan.transfer.archive.reading import Archive
from verspan.transfer.artifacts import VersionArtifact, check_artifact
from verspan.transfer.assessments import TraceAssessment, read_assessment
from verspan.transfer.captures import VersionCapture, check_capture
from verspan.transfer.datasets import DatasetHead, RowOfDataset, check_head
from verspan.transfer.documents import GetContent, record_from
from verspan.transfer.evaluations import ResultOfRun, check_result, check_run
from verspan.transfer.prompts import UsedPrompt, check_prompt
from verspan.transfer.spans import parse_span
from verspan.transfer.versions import read_version


def records_in(archive: Archive, subject: str) -> Iterator[Any]:
    """The records of a subject, each checked in itself.

    Raises:
        InvalidArgumentError: a line is none; the message names it.
    """
    for number, line in enumerate(archive.lines(subject), start=1):
        yield _read(archive, subject, number, line)


def _read(archive: Archive, subject: str, number: int, line: bytes) -> Any:
    try:
        return SUBJECTS[subject](line, archive.blob)
    except ValueError as error:
        raise InvalidArgumentError(f"line {number} of its {subject} cannot be used: {error}") from error


def _document(line: bytes) -> Any:
    try:
        return from_json(line)
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError("it is not JSON as Verspan writes it") from error


SUBJECTS: Mapping[str, Callable[[bytes, GetContent], Any]] = {
    "models": lambda line, content: read_version(_document(line), content),
    "captures": lambda line, content: check_capture(record_from(VersionCapture, _document(line), content)),
    "prompts": lambda line, content: check_prompt(record_from(UsedPrompt, _document(line), content)),
    "artifacts": lambda line, content: check_artifact(record_from(VersionArtifact, _document(line), content)),
    "datasets": lambda line, content: check_head(record_from(DatasetHead, _document(line), content)),
    "dataset_rows": lambda line, content: record_from(RowOfDataset, _document(line), content),
    "runs": lambda line, content: check_run(record_from(EvaluationRun, _document(line), content)),
    "results": lambda line, content: check_result(record_from(ResultOfRun, _document(line), content)),
    "spans": lambda line, _: parse_span(line),
    "assessments": lambda line, content: read_assessment(record_from(TraceAssessment, _document(line), content)),
}
"""In the order in which they are kept."""
