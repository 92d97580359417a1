"""Datasets, for whoever evaluates versions."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from verspan.datasets.likeness import near_duplicates
from verspan.datasets.model import Dataset
from verspan.datasets.records import DatasetVersion
from verspan.datasets.rows import GivenRow, new_dataset
from verspan.versions.registry import opened_store

_logger = logging.getLogger(__name__)
_MOST_COMPARED = 2_000
"""Rows of a dataset that are compared with each other unasked."""


def create_dataset(name: str, rows: Iterable[GivenRow], tags: Mapping[str, Any] | None = None) -> Dataset:
    """Keep a version of a dataset; the same rows, in any order, are the version that is there already.

    Rows that are the same in everything are one row; those that are nearly the same are kept, and
    of up to 2,000 rows logged as a number.

    Args:
        name: the dataset's name.
        rows: mappings with ``inputs`` (the arguments of the function that is evaluated, by name) and, where there are
            such, ``expectations``, ``tags``, ``source`` (``source_type`` and ``source_data``), ``outputs``, and
            ``row_id``: what makes it the same row in another version, else made of the inputs.
        tags: more about the dataset, kept as texts.

    Returns:
        The version as it is kept.

    Raises:
        InvalidArgumentError: a row is not usable, there is none, or two of the same id differ.
        StoreError: the store cannot be written.
    """
    made = new_dataset(name, rows, tags)
    alike = len(near_duplicates(made)) if len(made) <= _MOST_COMPARED else 0
    if alike:
        _logger.warning(
            "The dataset %s has %d rows that are nearly the same as others, see verspan.datasets.near_duplicates.",
            made.name,
            alike,
        )
    with opened_store(create=True) as store:
        return store.datasets.keep(made)


def get_dataset(name: str, digest: str | None = None) -> Dataset:
    """A version of a dataset.

    Args:
        name: the dataset's name.
        digest: its digest or the beginning of it; the version that was kept last where it is None.

    Raises:
        NotFoundError: there is none, or several begin so.
        StoreError: the store cannot be read.
    """
    with opened_store() as store:
        return store.datasets.load(name, digest)


def dataset_versions(name: str | None = None) -> Sequence[DatasetVersion]:
    """The versions of one dataset or of all, newest first, without their rows.

    Raises:
        StoreError: the store cannot be read.
    """
    with opened_store() as store:
        return store.datasets.versions(name)
