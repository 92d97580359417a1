"""The queue of the shop's orders: a folder, so that no broker need run."""

from __future__ import annotations

from pathlib import Path

from celery import Celery  # type: ignore[import-untyped]  # it has no types

TAKE = "take"
TAKE_AND_DIE = "take and die"
"""The names of the tasks."""


def queue_in(folder: Path) -> Celery:
    """The queue, for whoever sends orders and for the worker that takes them."""
    results = folder / "results"
    results.mkdir(exist_ok=True)
    folders = {"data_folder_in": str(folder), "data_folder_out": str(folder), "control_folder": str(folder / "control")}
    options = {**folders, "polling_interval": 0.05}
    queue = Celery("shop", broker="filesystem://", backend=results.as_uri(), broker_transport_options=options)
    queue.conf.worker_lost_wait = 0.1
    return queue
