"""Rows to evaluate versions with, versioned by what they hold.

Every name here is loaded when it is first used, since stores need the types alone.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from verspan.datasets.api import create_dataset as create_dataset
    from verspan.datasets.api import dataset_versions as dataset_versions
    from verspan.datasets.api import get_dataset as get_dataset
    from verspan.datasets.comparing import diff_datasets as diff_datasets
    from verspan.datasets.files import from_csv as from_csv
    from verspan.datasets.files import from_jsonl as from_jsonl
    from verspan.datasets.files import from_pandas as from_pandas
    from verspan.datasets.likeness import near_duplicates as near_duplicates
    from verspan.datasets.model import Dataset as Dataset
    from verspan.datasets.model import DatasetRow as DatasetRow
    from verspan.datasets.parquet import from_parquet as from_parquet
    from verspan.datasets.recorded import from_traces as from_traces

_HOMES = {
    "Dataset": "verspan.datasets.model",
    "DatasetRow": "verspan.datasets.model",
    "create_dataset": "verspan.datasets.api",
    "dataset_versions": "verspan.datasets.api",
    "diff_datasets": "verspan.datasets.comparing",
    "from_csv": "verspan.datasets.files",
    "from_jsonl": "verspan.datasets.files",
    "from_pandas": "verspan.datasets.files",
    "from_parquet": "verspan.datasets.parquet",
    "from_traces": "verspan.datasets.recorded",
    "get_dataset": "verspan.datasets.api",
    "near_duplicates": "verspan.datasets.likeness",
}

__all__ = [
    "Dataset",
    "DatasetRow",
    "create_dataset",
    "dataset_versions",
    "diff_datasets",
    "from_csv",
    "from_jsonl",
    "from_pandas",
    "from_parquet",
    "from_traces",
    "get_dataset",
    "near_duplicates",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return found


def __dir__() -> list[str]:
    return __all__
