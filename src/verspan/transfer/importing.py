"""A file of versions into a store: all of it is checked before any of it is kept."""

from __future__ import annotations

from contextlib import closing
from itertools import groupby, islice
from pathlib import Path
from typing import Final

from verspan.errors import StoreError
from verspan.store.interface import Store
from verspan.transfer.archive.reading import Archive
from verspan.transfer.artifacts import keep_artifact
from verspan.transfer.assessments import keep_assessments
from verspan.transfer.captures import keep_capture
from verspan.transfer.checking import check_file
from verspan.transfer.datasets import keep_dataset, whole_datasets
from verspan.transfer.evaluations import keep_results, keep_run
from verspan.transfer.model import ImportReport, Progress, Tell
from verspan.transfer.prompts import keep_prompt
from verspan.transfer.subjects import SUBJECTS, records_in
from verspan.transfer.versions import keep_version

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
    with closing(Archive(path, list(SUBJECTS), max_bytes)) as archive:
        with archive.blaming():
            check_file(archive, tell)
        try:
            return _keep(store, archive, tell)
        except StoreError as error:
            raise type(error)(f"{error}. What was imported until then is kept: import {str(path)!r} again") from error


def _keep(store: Store, archive: Archive, tell: Tell) -> ImportReport:
    notes: list[str] = []
    new_models = _keep_versions(store, archive, notes)
    new_runs = _keep_evaluations(store, archive, notes)
    new_spans = _keep_spans(store, archive, tell)
    new_assessments, differences = keep_assessments(store, records_in(archive, "assessments"))
    number = archive.manifest.records
    return ImportReport(
        models=len(archive.manifest.model_ids),
        new_models=new_models,
        spans=number("spans"),
        new_spans=new_spans,
        captures=number("captures"),
        prompts=number("prompts"),
        artifacts=number("artifacts"),
        runs=number("runs"),
        new_runs=new_runs,
        results=number("results"),
        datasets=number("datasets"),
        assessments=number("assessments"),
        new_assessments=new_assessments,
        notes=(*notes, *differences),
    )


def _keep_versions(store: Store, archive: Archive, notes: list[str]) -> int:
    """Keep versions with what is theirs, but for their traces; returns how many the store did not have."""
    new = 0
    for model in records_in(archive, "models"):
        is_new, differences = keep_version(store, model)
        new += is_new
        notes += differences
    for capture in records_in(archive, "captures"):
        keep_capture(store, capture)
    for prompt in records_in(archive, "prompts"):
        notes += keep_prompt(store, prompt)
    for artifact in records_in(archive, "artifacts"):
        keep_artifact(store, artifact, archive)
    return new


def _keep_evaluations(store: Store, archive: Archive, notes: list[str]) -> int:
    """Keep datasets, and runs with their results; returns how many runs the store did not have."""
    for dataset in whole_datasets(records_in(archive, "datasets"), records_in(archive, "dataset_rows")):
        notes += keep_dataset(store, dataset)
    new = 0
    for run in records_in(archive, "runs"):
        is_new, differences = keep_run(store, run)
        new += is_new
        notes += differences
    for run_id, found in groupby(records_in(archive, "results"), key=lambda each: each.run_id):
        notes += keep_results(store, run_id, [each.result for each in found])
    return new


def _keep_spans(store: Store, archive: Archive, tell: Tell) -> int:
    """Keep the spans; returns how many the store did not have."""
    total, done, new = archive.manifest.records("spans"), 0, 0
    spans = records_in(archive, "spans")
    while batch := list(islice(spans, _BATCH)):
        new += store.write_spans(batch).written
        done += len(batch)
        tell(Progress("importing spans", done, total))
    return new
