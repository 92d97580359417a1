"""The shop as a worker: each order is a task."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from celery.signals import worker_process_shutdown  # type: ignore[import-untyped]  # it has no types
from tests.deployments import shop
from tests.deployments.queueing import TAKE, TAKE_AND_DIE, queue_in

import verspan

app = queue_in(Path(os.environ["QUEUE"]))


@app.task(name=TAKE)  # type: ignore[untyped-decorator]  # likewise
def take(order: str, version: str = "") -> int:
    """Take an order, and say which process did."""
    return int(shop.take(order, version))


@app.task(name=TAKE_AND_DIE)  # type: ignore[untyped-decorator]  # likewise
def take_and_die(order: str) -> None:
    """Take an order, and be killed in the middle of the task, as where memory is short."""
    shop.take(order)
    os.kill(os.getpid(), signal.SIGKILL)


@worker_process_shutdown.connect  # type: ignore[untyped-decorator]  # likewise
def flush(**_: object) -> None:
    """Deliver what is left, since a process of the pool ends without Python's own handlers."""
    verspan.flush(timeout=5)
