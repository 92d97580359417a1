"""A file checked from beginning to end before anything of it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from verspan.errors import InvalidArgumentError
from verspan.evaluation.model import EvaluationRun
from verspan.transfer.archive.reading import Archive
from verspan.transfer.artifacts import VersionArtifact
from verspan.transfer.assessments import check_history
from verspan.transfer.captures import VersionCapture
from verspan.transfer.datasets import whole_datasets
from verspan.transfer.evaluations import ResultOfRun
from verspan.transfer.model import Progress, Tell
from verspan.transfer.subjects import SUBJECTS, records_in
from verspan.versions.model import LoggedModel

_OFTEN: Final = 1_024  # records between two words of progress


def check_file(archive: Archive, tell: Tell) -> None:
    """See that every content and record is what it has to be, and that what records refer to is in the file too.

    Raises:
        InvalidArgumentError: it is not; the message says what of it.
    """
    archive.check_blobs()
    references = _References(archive)
    for subject in SUBJECTS:
        records = _telling(archive, subject, tell)
        if subject == "dataset_rows":
            for _ in whole_datasets(records_in(archive, "datasets"), records):
                pass
        elif subject == "assessments":
            check_history(records)
        else:
            references.check(records)


def _telling(archive: Archive, subject: str, tell: Tell) -> Iterator[Any]:
    total = archive.manifest.records(subject)
    for number, record in enumerate(records_in(archive, subject), start=1):
        yield record
        if number % _OFTEN == 0:
            tell(Progress(f"checking {subject}", number, total))


class _References:
    """What records refer to: versions and runs come before what is theirs."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._named = {*archive.manifest.model_ids}
        self._recorded: set[str] = set()
        self._runs: set[str] = set()

    def check(self, records: Iterable[object]) -> None:
        for record in records:
            if isinstance(record, LoggedModel | EvaluationRun):
                self._check_named(record)
            elif isinstance(record, VersionCapture | VersionArtifact):
                self._check_recorded(record)
            elif isinstance(record, ResultOfRun) and record.run_id not in self._runs:
                raise InvalidArgumentError(f"it has no record of the evaluation run {record.run_id}")

    def _check_named(self, record: LoggedModel | EvaluationRun) -> None:
        if record.model_id not in self._named:
            raise InvalidArgumentError("its manifest does not name every version that it has a record of")
        if isinstance(record, LoggedModel):
            self._recorded.add(record.model_id)
        else:
            self._runs.add(record.run_id)

    def _check_recorded(self, record: VersionCapture | VersionArtifact) -> None:
        if record.model_id not in self._recorded:
            raise InvalidArgumentError(f"it has no record of the version {record.model_id}, of which it has more")
        if isinstance(record, VersionCapture):
            return
        if not self._archive.has_blob(record.artifact.digest, record.artifact.size):
            raise InvalidArgumentError(f"the content of the artifact {record.artifact.path!r} is not in it")
