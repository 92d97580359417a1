"""Versions of datasets, as they stand in a file and as they are kept from one.

Their rows stand in a member of their own, a line each, since a dataset as one line could be of any length.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from verspan.datasets.canonical import dataset_digest
from verspan.datasets.model import Dataset, DatasetRow
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.evaluation.model import EvaluationRun
from verspan.store.interface import Store
from verspan.versions.identity import checked_name

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_TIMES: Final = range(2**53)
DatasetKey = tuple[str, str]
"""A version of a dataset by its name and digest."""


@dataclass(frozen=True)
class DatasetHead:
    """A version of a dataset without its rows."""

    name: str
    digest: str
    row_count: int
    created_ms: int
    tags: Mapping[str, str]

    @property
    def key(self) -> DatasetKey:
        """By what it is told from others."""
        return self.name, self.digest


@dataclass(frozen=True)
class RowOfDataset:
    """A row, and the version of a dataset that has it; those of one version stand together, in its order."""

    name: str
    digest: str
    row: DatasetRow


def datasets_of(store: Store, runs: Iterable[EvaluationRun]) -> Sequence[DatasetKey]:
    """The versions of datasets that runs were over, by name and digest, as far as the store has them."""
    wanted = {(run.dataset_name, run.dataset_digest) for run in runs}
    kept = {(each.name, each.digest) for name in {name for name, _ in wanted} for each in store.datasets.versions(name)}
    return sorted(wanted & kept)


def heads_of(store: Store, keys: Sequence[DatasetKey]) -> Iterator[DatasetHead]:
    """Versions of datasets without their rows."""
    for key in keys:
        found = store.datasets.load(*key)
        yield DatasetHead(*key, len(found), found.created_ms or 0, found.tags)


def rows_of(store: Store, keys: Sequence[DatasetKey]) -> Iterator[RowOfDataset]:
    """The rows of versions of datasets, of which one at a time is in memory."""
    for key in keys:
        for row in store.datasets.load(*key).rows:
            yield RowOfDataset(*key, row)


def check_head(head: DatasetHead) -> DatasetHead:
    """A version of a dataset that could have been kept here.

    Raises:
        ValueError: it could not.
    """
    if checked_name(head.name, "dataset's name") != head.name or _DIGEST.fullmatch(head.digest) is None:
        raise ValueError("it has no name or digest that a dataset has")
    if head.created_ms not in _TIMES:
        raise ValueError("its time is not milliseconds since 1970")
    return head


def whole_datasets(heads: Iterable[DatasetHead], rows: Iterable[RowOfDataset]) -> Iterator[Dataset]:
    """Versions of datasets with their rows, one at a time, each checked against its digest.

    Raises:
        InvalidArgumentError: one has not the rows that its digest is of.
    """
    waiting = {head.key: head for head in heads}
    for key, of_one in groupby(rows, key=lambda each: (each.name, each.digest)):
        head = waiting.pop(key, None)
        found = [each.row for each in of_one]
        if head is None or len(found) != head.row_count or dataset_digest(found) != head.digest:
            raise InvalidArgumentError(f"the rows of the dataset {key[0]!r} in it are not those of its digest")
        yield Dataset(head.name, head.digest, found, head.created_ms, head.tags)
    if waiting:
        raise InvalidArgumentError(f"the rows of the dataset {next(iter(waiting))[0]!r} are not in it")


def keep_dataset(store: Store, dataset: Dataset) -> Iterator[str]:
    """Keep a version of a dataset, unless the store has it.

    Yields:
        What is not as it was where it comes from.
    """
    try:
        known = store.datasets.load(dataset.name, dataset.digest)
    except NotFoundError:
        store.datasets.keep(dataset)
        return
    if known.tags != dataset.tags:
        yield f"dataset {dataset.name}: the tags of version {dataset.digest[:8]} stay as they are here"
