"""Versions of a store into a file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from verspan.errors import InvalidArgumentError
from verspan.store.encoding import to_json
from verspan.store.interface import Store
from verspan.traces.model import SpanRecord
from verspan.transfer.archive.manifest import Manifest
from verspan.transfer.archive.writing import ArchiveWriter
from verspan.transfer.artifacts import artifacts_of, write_contents
from verspan.transfer.assessments import assessments_of
from verspan.transfer.captures import captures_of
from verspan.transfer.datasets import datasets_of, heads_of, rows_of
from verspan.transfer.documents import document_of
from verspan.transfer.evaluations import results_of, runs_of
from verspan.transfer.model import ExportReport, Progress, Tell
from verspan.transfer.prompts import prompts_of
from verspan.transfer.spans import span_line
from verspan.versions.model import LoggedModel


def export_file(
    store: Store, models: Sequence[LoggedModel], path: Path, tell: Tell, *, evaluations: bool = True
) -> ExportReport:
    """Write versions with all that is known of them to a file, which is there whole or not at all.

    Args:
        store: where they are.
        models: the versions; what they are written in the order of does not depend on the order given.
        path: the file, replaced where there is one.
        tell: called with the progress.
        evaluations: whether evaluation runs of the versions, the datasets that these were over and assessments of the
            versions' traces are written too.

    Raises:
        InvalidArgumentError: no file can be written there.
        StoreError: the store, or an artifact's content, cannot be read.
    """
    distinct = sorted({model.model_id: model for model in models}.values(), key=lambda model: model.model_id)
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            incomplete = Path(file.name)
            try:
                with ArchiveWriter(file) as archive:
                    _write_members(store, distinct, archive, tell)
                    if evaluations:
                        _write_evaluations(store, distinct, archive)
                    manifest = archive.finish([model.model_id for model in distinct])
                report = _report(manifest, str(path), file.tell())
                file.close()
                incomplete.replace(path)
            finally:
                incomplete.unlink(missing_ok=True)
    except OSError as error:
        raise InvalidArgumentError(f"{str(path)!r} cannot be written: {error.strerror or error}") from error
    return report


def _report(manifest: Manifest, path: str, size: int) -> ExportReport:
    number = manifest.records
    return ExportReport(
        path,
        size=size,
        models=len(manifest.model_ids),
        spans=number("spans"),
        captures=number("captures"),
        prompts=number("prompts"),
        artifacts=number("artifacts"),
        runs=number("runs"),
        results=number("results"),
        datasets=number("datasets"),
        assessments=number("assessments"),
    )


def _write_members(store: Store, models: Sequence[LoggedModel], archive: ArchiveWriter, tell: Tell) -> None:
    recorded = [model for model in models if model.experiment_name]  # of the others spans alone tell
    recorded_ids = [model.model_id for model in recorded]
    _add(archive, "models", recorded)
    _add(archive, "captures", captures_of(store, recorded_ids))
    _add(archive, "prompts", prompts_of(store, recorded_ids))
    write_contents(store, recorded_ids, archive)
    _add(archive, "artifacts", artifacts_of(store, recorded_ids))
    archive.add_records("spans", map(span_line, _spans_of(store, [model.model_id for model in models], tell)))


def _write_evaluations(store: Store, models: Sequence[LoggedModel], archive: ArchiveWriter) -> None:
    model_ids = [model.model_id for model in models]
    runs = runs_of(store, model_ids)
    keys = datasets_of(store, runs)
    _add_plain(archive, "datasets", heads_of(store, keys))
    _add_plain(archive, "dataset_rows", rows_of(store, keys))
    _add_plain(archive, "runs", runs)
    _add_plain(archive, "results", results_of(store, runs))
    _add_plain(archive, "assessments", assessments_of(store, model_ids))


def _add(archive: ArchiveWriter, subject: str, records: Iterable[Any]) -> None:
    # One member is written at a time, so contents come before the records that refer to them.
    archive.add_records(subject, [to_json(document_of(record, archive.add_blob)) for record in records])


def _add_plain(archive: ArchiveWriter, subject: str, records: Iterable[Any]) -> None:
    """Add records that have no contents apart, one after the other."""
    archive.add_records(subject, (to_json(document_of(record, _no_content)) for record in records))


def _no_content(_: bytes) -> str:
    raise TypeError("a record of this subject has no contents that are kept apart")


def _spans_of(store: Store, model_ids: Sequence[str], tell: Tell) -> Iterator[SpanRecord]:
    total, done = sum(store.span_pages.count(model_id) for model_id in model_ids), 0
    for model_id in model_ids:
        page = store.span_pages.page(model_id)
        while page.spans:
            yield from page.spans
            done += len(page.spans)
            tell(Progress("exporting spans", done, total))
            page = store.span_pages.page(model_id, page.next_place)
