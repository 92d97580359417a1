"""A file of versions into a store: all of it is checked before any of it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, Final

from verspan.errors import InvalidArgumentError, StoreError
from verspan.store.encoding import from_json
from verspan.store.interface import Store
from verspan.transfer.archive.reading import Archive
from verspan.transfer.artifacts import VersionArtifact, check_artifact, keep_artifact
from verspan.transfer.captures import VersionCapture, check_capture, keep_capture
from verspan.transfer.documents import GetContent, record_from
from verspan.transfer.model import ImportReport, Progress, Tell
from verspan.transfer.prompts import UsedPrompt, check_prompt, keep_prompt
from verspan.transfer.spans import parse_span
from verspan.transfer.versions import keep_version, read_version
from verspan.versions.model import LoggedModel

_BATCH: Final = 1_024  # spans of one transaction


def import_file(store: Store, path: Path, tell: Tell, max_bytes: int | None = None) -> ImportReport:
    """Keep what a file of versions holds; what the store has already stays as it is.

    Records are kept by the rules for any record that comes from elsewhere, spans each once. Each step is a transaction
    of its own: an import that was broken off is completed by importing again.

    Args:
        store: where to keep it.
        path: the file.
        tell: called with the progress.
        max_bytes: how much the file may unpack to; None for 200 times its size.

    Raises:
        InvalidArgumentError: the file is not whole and as it was exported; nothing of it was kept.
        StoreError: the store could not keep it; what it has kept until then stays.
    """
    with closing(Archive(path, list(_READERS), max_bytes)) as archive:
        with archive.blaming():
            _check(archive, tell)
        try:
            return _keep(store, archive, tell)
        except StoreError as error:
            raise type(error)(f"{error}. What was imported until then is kept: import {str(path)!r} again") from error


def _check(archive: Archive, tell: Tell) -> None:
    archive.check_blobs()
    recorded: set[str] = set()
    for subject in _READERS:
        total = archive.manifest.records(subject)
        for number, record in enumerate(_records(archive, subject), start=1):
            if isinstance(record, LoggedModel):
                recorded.add(record.model_id)
            else:
                _check_references(archive, record, recorded)
            if number % _BATCH == 0:
                tell(Progress(f"checking {subject}", number, total))
    if not recorded <= {*archive.manifest.model_ids}:
        raise InvalidArgumentError("its manifest does not name every version that it has a record of")


def _check_references(archive: Archive, record: object, recorded: set[str]) -> None:
    """See that what a record refers to is in the file too."""
    if isinstance(record, VersionCapture | VersionArtifact) and record.model_id not in recorded:
        raise InvalidArgumentError(f"it has no record of the version {record.model_id}, of which it has more")
    if isinstance(record, VersionArtifact) and not archive.has_blob(record.artifact.digest, record.artifact.size):
        raise InvalidArgumentError(f"the content of the artifact {record.artifact.path!r} is not in it")


def _records(archive: Archive, subject: str) -> Iterator[Any]:
    for number, line in enumerate(archive.lines(subject), start=1):
        yield _read(archive, subject, number, line)


def _read(archive: Archive, subject: str, number: int, line: bytes) -> Any:
    try:
        return _READERS[subject](line, archive.blob)
    except ValueError as error:
        raise InvalidArgumentError(f"line {number} of its {subject} cannot be used: {error}") from error


def _keep(store: Store, archive: Archive, tell: Tell) -> ImportReport:
    notes: list[str] = []
    new_models = 0
    for model in _records(archive, "models"):
        is_new, differences = keep_version(store, model)
        new_models += is_new
        notes += differences
    for capture in _records(archive, "captures"):
        keep_capture(store, capture)
    for prompt in _records(archive, "prompts"):
        notes += keep_prompt(store, prompt)
    for artifact in _records(archive, "artifacts"):
        keep_artifact(store, artifact, archive)
    new_spans = _keep_spans(store, archive, tell)
    number = archive.manifest.records
    return ImportReport(
        models=len(archive.manifest.model_ids),
        new_models=new_models,
        spans=number("spans"),
        new_spans=new_spans,
        captures=number("captures"),
        prompts=number("prompts"),
        artifacts=number("artifacts"),
        notes=tuple(notes),
    )


def _keep_spans(store: Store, archive: Archive, tell: Tell) -> int:
    """Keep the spans; returns how many the store did not have."""
    spans = _records(archive, "spans")
    total, done, new = archive.manifest.records("spans"), 0, 0
    while batch := list(islice(spans, _BATCH)):
        new += store.write_spans(batch).written
        done += len(batch)
        tell(Progress("importing spans", done, total))
    return new


def _read_document(line: bytes) -> Any:
    try:
        return from_json(line)
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError("it is not JSON as Verspan writes it") from error


_READERS: Mapping[str, Callable[[bytes, GetContent], Any]] = {
    "models": lambda line, content: read_version(_read_document(line), content),
    "captures": lambda line, content: check_capture(record_from(VersionCapture, _read_document(line), content)),
    "prompts": lambda line, content: check_prompt(record_from(UsedPrompt, _read_document(line), content)),
    "artifacts": lambda line, content: check_artifact(record_from(VersionArtifact, _read_document(line), content)),
    "spans": lambda line, _: parse_span(line),
}
