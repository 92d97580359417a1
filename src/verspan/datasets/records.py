"""What datasets ask of a store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from verspan.datasets.model import Dataset


@dataclass(frozen=True)
class DatasetVersion:
    """A version of a dataset in a list, without its rows."""

    name: str
    digest: str
    row_count: int
    created_ms: int


class DatasetRecords(Protocol):
    """The datasets of a store. A version is never changed; a row that several have is kept once."""

    def keep(self, dataset: Dataset) -> Dataset:
        """Keep a version of a dataset, and return it as kept; the one that is there already stays as it is.

        One that says when it was first kept, elsewhere, keeps that time.
        """
        ...

    def load(self, name: str, digest: str | None = None) -> Dataset:
        """A version by its digest or the beginning of one; the newest where it is None.

        Raises:
            NotFoundError: there is none, or several begin so.
        """
        ...

    def versions(self, name: str | None = None) -> Sequence[DatasetVersion]:
        """The versions of one dataset or of all, newest first."""
        ...
