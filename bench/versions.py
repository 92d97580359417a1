"""The records of versions: registering, reading and searching 100,000, in milliseconds of the processor.

    python bench/versions.py [VERSIONS]

Beside it stands MLflow's own SQL store on the same work, where ``.venv-mlflow`` has it::

    uv venv .venv-mlflow
    uv pip install --python .venv-mlflow/bin/python mlflow-skinny sqlalchemy alembic

Both stores are filled beneath their interfaces; registering and reading are the interfaces' own, a transaction each.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from contextlib import closing
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert
from version_cases import EXPERIMENT, REGISTERED, VERSIONS, Version, processor_ms, searches, versions

from verspan.store import tables
from verspan.store.database import Database
from verspan.store.interface import Store
from verspan.store.model_tables import model_metrics, model_params, model_tags
from verspan.store.opening import open_store
from verspan.store.statements import Statement
from verspan.versions.identity import experiment_id_for, model_id_for
from verspan.versions.model import LoggedModel, ModelMetric
from verspan.versions.search.grammar import parse_filter
from verspan.versions.search.model import ModelSearch
from verspan.versions.search.ordering import parse_order

ROOT = Path(__file__).parents[1]
PEER = ROOT / ".venv-mlflow" / "bin" / "python"


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    wanted = int(arguments[0]) if arguments else VERSIONS
    own, peer = measured(wanted), peers(wanted)
    print(f"{f'{wanted:,} versions, CPU ms':40} {'verspan':>10} {'mlflow':>10}")
    for what, figure in own.items():
        print(f"{what:40} {figure:10.2f} {f'{peer[what]:10.2f}' if what in peer else '-':>10}")


def measured(wanted: int) -> dict[str, float]:
    """Milliseconds of each figure."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "verspan.db"
        with closing(open_store(f"sqlite:///{path}")) as store:
            fill(path, wanted)
            new = map(record, map(Version, count(wanted)))
            read = record(Version(wanted // 2)).model_id
            actions: dict[str, Callable[[], object]] = {
                "register one": lambda: store.upsert_model(next(new)),
                "get one": partial(store.get_model, read),
            }
            figures = {what: processor_ms(action, REGISTERED) for what, action in actions.items()}
            for what, (text, order) in searches(wanted).items():
                figures[what] = processor_ms(partial(search, store, text, order))
    return figures


def peers(wanted: int) -> dict[str, float]:
    """MLflow's milliseconds of each figure; none where it is not installed."""
    if not PEER.exists():
        return {}
    command = [str(PEER), str(Path(__file__).with_name("versions_mlflow.py")), str(wanted)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    figures: dict[str, float] = json.loads(printed.splitlines()[-1])
    return figures


def search(store: Store, text: str, order: str) -> object:
    """One page of a hundred, from the text of the filter on."""
    order_by = parse_order([f"{order} DESC"] if order else [])
    return store.models.search(ModelSearch((EXPERIMENT,), where=parse_filter(text), order_by=order_by))


def record(version: Version) -> LoggedModel:
    """A version's record."""
    return LoggedModel(
        model_id_for(EXPERIMENT, version.name),
        version.name,
        experiment_id_for(EXPERIMENT),
        EXPERIMENT,
        version.created_ms,
        version.created_ms,
        params=version.params,
        tags=version.tags,
        metrics=(ModelMetric("quality", version.quality, version.created_ms),),
    )


def fill(path: Path, wanted: int) -> None:
    """Put versions into the tables."""
    with closing(Database(path, lock_timeout_s=30)) as database, database.writing() as connection:
        experiment = {"experiment_key": 1, "experiment_id": experiment_id_for(EXPERIMENT), "name": EXPERIMENT}
        connection.execute(insert(tables.experiments), experiment)
        rows: dict[Table, Iterable[tuple[Any, ...]]] = {
            tables.logged_models: map(_row, versions(wanted)),
            model_params: ((v.number, *each) for v in versions(wanted) for each in v.params.items()),
            model_tags: ((v.number, *each) for v in versions(wanted) for each in v.tags.items()),
            model_metrics: ((v.number, "quality", "", v.created_ms, 0, v.quality, True) for v in versions(wanted)),
        }
        for table, each in rows.items():
            Statement(insert(table)).run_for_each(connection, each)


def _row(version: Version) -> tuple[Any, ...]:
    values = {
        "model_key": version.number,
        "model_id": model_id_for(EXPERIMENT, version.name),
        "name": version.name,
        "experiment_key": 1,
        "recorded": True,
        "status": "READY",
        "git_known": False,
        "created_ms": version.created_ms,
        "updated_ms": version.created_ms,
        "trace_count": 0,
    }
    return tuple(values.get(column.name) for column in tables.logged_models.columns)


if __name__ == "__main__":
    main(sys.argv[1:])
