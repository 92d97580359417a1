"""What is said of an export and an import: the frozen dataclasses that cross module boundaries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """How far long work is."""

    doing: str
    """What is done, such as ``exporting spans``."""
    done: int
    total: int | None
    """None where it is not known."""


Tell = Callable[[Progress], None]
"""What is called from time to time while long work is done."""


def tell_nobody(_: Progress) -> None:
    """Take no notice of progress."""


@dataclass(frozen=True)
class ExportReport:
    """What was written to a file."""

    path: str
    size: int
    """Of the file, in bytes."""
    models: int
    spans: int
    captures: int
    prompts: int
    """Versions of prompts."""
    artifacts: int
    runs: int = 0
    """Evaluation runs."""
    results: int = 0
    """What came of the rows of these runs."""
    datasets: int = 0
    """Versions of datasets that the runs were over."""
    assessments: int = 0


@dataclass(frozen=True)
class ImportReport:
    """What an import has come to; what the store had already is not counted as new and has not changed."""

    models: int
    """Versions that were imported, those included that were there."""
    new_models: int
    spans: int
    new_spans: int
    captures: int = 0
    prompts: int = 0
    """Versions of prompts."""
    artifacts: int = 0
    runs: int = 0
    """Evaluation runs."""
    new_runs: int = 0
    results: int = 0
    """What came of the rows of these runs."""
    datasets: int = 0
    """Versions of datasets."""
    assessments: int = 0
    new_assessments: int = 0
    notes: Sequence[str] = ()
    """What is not as it was where it comes from, a sentence each."""
