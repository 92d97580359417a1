"""MLflow's own store on the work of ``versions.py``; run by an interpreter that has it, and prints JSON."""

from __future__ import annotations

import json
import logging
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from functools import partial
from itertools import count
from pathlib import Path

from mlflow.entities import LoggedModelParameter, LoggedModelTag
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from version_cases import EXPERIMENT, REGISTERED, Version, processor_ms, searches, versions


def fill(path: Path, experiment_id: str, wanted: int) -> None:
    """Put versions into its tables, as many as would take its store a quarter of an hour."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(
            "INSERT INTO logged_models VALUES (?, ?, ?, '', ?, ?, 2, 'active', NULL, NULL, NULL)",
            ((f"m-{v.number}", experiment_id, v.name, v.created_ms, v.created_ms) for v in versions(wanted)),
        )
        for table, texts in (("logged_model_params", "params"), ("logged_model_tags", "tags")):
            connection.executemany(
                f"INSERT INTO {table} VALUES (?, ?, ?, ?)",  # noqa: S608 - names of ours
                (
                    (f"m-{v.number}", experiment_id, name, value)
                    for v in versions(wanted)
                    for name, value in getattr(v, texts).items()
                ),
            )
        connection.executemany(
            "INSERT INTO logged_model_metrics VALUES (?, 'quality', ?, 0, ?, ?, '', NULL, NULL, NULL)",
            ((f"m-{v.number}", v.created_ms, v.quality, experiment_id) for v in versions(wanted)),
        )


def register(store: SqlAlchemyStore, experiment_id: str, version: Version) -> None:
    """Make one version through its store."""
    store.create_logged_model(
        experiment_id,
        name=version.name,
        params=[LoggedModelParameter(*each) for each in version.params.items()],
        tags=[LoggedModelTag(*each) for each in version.tags.items()],
    )


def search(store: SqlAlchemyStore, experiment_id: str, text: str, order: str) -> object:
    """One page of a hundred."""
    order_by = [{"field_name": order, "ascending": False}] if order else None
    return store.search_logged_models([experiment_id], text or None, max_results=100, order_by=order_by)


def main(wanted: int) -> None:
    """Print the milliseconds of each figure."""
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "mlflow.db"
        store = SqlAlchemyStore(f"sqlite:///{path}", name)
        experiment_id = store.create_experiment(EXPERIMENT)
        fill(path, experiment_id, wanted)
        new = map(Version, count(wanted))
        actions: dict[str, Callable[[], object]] = {
            "register one": lambda: register(store, experiment_id, next(new)),
            "get one": partial(store.get_logged_model, f"m-{wanted // 2}"),
        }
        figures = {what: processor_ms(action, REGISTERED) for what, action in actions.items()}
        for what, (text, order) in searches(wanted).items():
            figures[what] = processor_ms(partial(search, store, experiment_id, text, order))
    print(json.dumps(figures))


if __name__ == "__main__":
    main(int(sys.argv[1]))
