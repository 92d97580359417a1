"""What a process of its own is told to evaluate."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from verspan.datasets.model import Dataset, DatasetRow


@dataclass(frozen=True)
class Job:
    """One evaluation of one commit, of which another process is to make a run."""

    function: str
    """``module:name``, as it is in the commit."""
    scorers: Sequence[str]
    """``module:name`` of the user's own tree, so that every commit is judged alike, or names of built-in ones."""
    home: str
    """The user's folder, where scorers' modules are."""
    root: str
    """The user's repository."""
    checkout: str
    """The commit's tree, in a folder of its own."""
    within: str
    """Where in either the function is run; empty for the root."""
    description: str
    """How git describes the commit."""
    model_id: str | None
    """The commit's version; None where none is recorded."""
    name: str
    """Of the run."""
    trials: int
    tags: Mapping[str, str]
    concurrency: int = 8
    timeout_s: float | None = None
    budget_usd: float | None = None
    budget_tokens: int | None = None
    dataset: Mapping[str, Any] = field(default_factory=dict)


def dataset_document(dataset: Dataset) -> Mapping[str, Any]:
    """What of a dataset another process needs."""
    rows = [
        {"row_id": row.row_id, "inputs": row.inputs, "expectations": row.expectations, "tags": row.tags}
        for row in dataset.rows
    ]
    return {"name": dataset.name, "digest": dataset.digest, "rows": rows}


def dataset_from(document: Mapping[str, Any]) -> Dataset:
    """The dataset again."""
    return Dataset(document["name"], document["digest"], [DatasetRow(**row) for row in document["rows"]])


def write(job: Job, path: Path) -> None:
    """Write a job to a file."""
    path.write_text(json.dumps(asdict(job)), encoding="utf-8")


def read(path: Path) -> Job:
    """The job of a file."""
    return Job(**json.loads(path.read_text(encoding="utf-8")))
