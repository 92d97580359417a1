"""Datasets: rows of inputs and expectations, each of which stays the same row over the dataset's versions.

A version of a dataset is what it holds: the same rows are the same version, whoever made it and wherever.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class RowOrigin(str, Enum):
    """Where a row came from; MLflow's names."""

    TRACE = "TRACE"
    HUMAN = "HUMAN"
    DOCUMENT = "DOCUMENT"
    CODE = "CODE"


@dataclass(frozen=True)
class RowSource:
    """Where a row came from."""

    source_type: RowOrigin
    source_data: Mapping[str, Any] = field(default_factory=dict)
    """Such as the trace's id, or the file and its line."""


@dataclass(frozen=True)
class DatasetRow:
    """One example."""

    row_id: str
    """What makes it the same row in another version of the dataset: given, or else made of the inputs."""
    inputs: Mapping[str, Any]
    """The arguments of the function that is evaluated, by name, as JSON has values."""
    expectations: Mapping[str, Any] = field(default_factory=dict)
    """What is expected, by name, as JSON has values."""
    tags: Mapping[str, str] = field(default_factory=dict)
    source: RowSource | None = None
    outputs: Any = None
    """What was answered when the row was made, where it comes from a trace; evaluated as it is without a function."""


@dataclass(frozen=True)
class Dataset:
    """A version of a dataset."""

    name: str
    digest: str
    """64 hexadecimal digits over the rows, in any order; see :func:`digest_of`."""
    rows: Sequence[DatasetRow]
    created_ms: int | None = None
    """When this version was first kept, in milliseconds since the epoch; None where it is kept nowhere."""
    tags: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)


def row_id_of(inputs: bytes) -> str:
    """The id of a row that is given none: ``r-`` and 32 hexadecimal digits of its inputs.

    Args:
        inputs: as canonical JSON.
    """
    return "r-" + hashlib.sha256(inputs).hexdigest()[:32]


def digest_of(rows: Sequence[bytes]) -> str:
    """The digest of a version: SHA-256 over the sorted SHA-256 of its rows.

    Args:
        rows: each as canonical JSON of its id, inputs, expectations, tags and, where it has them, outputs; where a row
            came from does not make another version.
    """
    digests = sorted(hashlib.sha256(row).digest() for row in rows)
    return hashlib.sha256(b"".join(digests)).hexdigest()
