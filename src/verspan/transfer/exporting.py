"""Versions of a store into a file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from verspan.errors import InvalidArgumentError
from verspan.store.encoding import to_json
from verspan.store.interface import Store
from verspan.traces.model import SpanRecord
from verspan.transfer.archive.manifest import Manifest
from verspan.transfer.archive.writing import ArchiveWriter
from verspan.transfer.artifacts import artifacts_of, write_contents
from verspan.transfer.captures import captures_of
from verspan.transfer.documents import document_of
from verspan.transfer.model import ExportReport, Progress, Tell
from verspan.transfer.prompts import prompts_of
from verspan.transfer.spans import span_line
from verspan.versions.model import LoggedModel


def export_file(store: Store, models: Sequence[LoggedModel], path: Path, tell: Tell) -> ExportReport:
    """Write versions with all that is known of them to a file, which is there whole or not at all.

    Args:
        store: where they are.
        models: the versions; what they are written in the order of does not depend on the order given.
        path: the file, replaced where there is one.
        tell: called with the progress.

    Raises:
        InvalidArgumentError: no file can be written there.
        StoreError: the store, or an artifact's content, cannot be read.
    """
    distinct = sorted({model.model_id: model for model in models}.values(), key=lambda model: model.model_id)
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            incomplete = Path(file.name)
            try:
                report = _written(store, distinct, file, str(path), tell)
                file.close()
                incomplete.replace(path)
            finally:
                incomplete.unlink(missing_ok=True)
    except OSError as error:
        raise InvalidArgumentError(f"{str(path)!r} cannot be written: {error.strerror or error}") from error
    return report


def _written(store: Store, models: Sequence[LoggedModel], file: IO[bytes], path: str, tell: Tell) -> ExportReport:
    with ArchiveWriter(file) as archive:
        manifest = _write_members(store, models, archive, tell)
    return ExportReport(
        path,
        size=file.tell(),
        models=len(models),
        spans=manifest.records("spans"),
        captures=manifest.records("captures"),
        prompts=manifest.records("prompts"),
        artifacts=manifest.records("artifacts"),
    )


def _write_members(store: Store, models: Sequence[LoggedModel], archive: ArchiveWriter, tell: Tell) -> Manifest:
    model_ids = [model.model_id for model in models]
    recorded = [model for model in models if model.experiment_name]  # of the others spans alone tell
    recorded_ids = [model.model_id for model in recorded]

    def add(subject: str, records: Iterable[Any]) -> None:
        # One member is written at a time, so contents come before the records that refer to them.
        archive.add_records(subject, [to_json(document_of(record, archive.add_blob)) for record in records])

    add("models", recorded)
    add("captures", captures_of(store, recorded_ids))
    add("prompts", prompts_of(store, recorded_ids))
    write_contents(store, recorded_ids, archive)
    add("artifacts", artifacts_of(store, recorded_ids))
    archive.add_records("spans", map(span_line, _spans_of(store, model_ids, tell)))
    return archive.finish(model_ids)


def _spans_of(store: Store, model_ids: Sequence[str], tell: Tell) -> Iterator[SpanRecord]:
    total, done = sum(store.span_pages.count(model_id) for model_id in model_ids), 0
    for model_id in model_ids:
        page = store.span_pages.page(model_id)
        while page.spans:
            yield from page.spans
            done += len(page.spans)
            tell(Progress("exporting spans", done, total))
            page = store.span_pages.page(model_id, page.next_place)
