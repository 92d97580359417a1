"""Celery's prefork pool, whose processes end without any handler of Python's."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from exporters.otlp.tests.receivers import Reply
from tests.deployments.conftest import Place, needs_processes_that_fork
from tests.deployments.queueing import TAKE, TAKE_AND_DIE, queue_in
from tests.e2e.servers import wait_until

pytestmark = needs_processes_that_fork

CANARY = "shop-canary"
_OPTIONS = ("worker", "--pool=prefork", "--concurrency=2", "--prefetch-multiplier=1", "--loglevel=error")
_SECONDS = 60


class Customers:
    """Those who send orders to the shop's queue."""

    def __init__(self, folder: Path) -> None:
        self._queue = queue_in(folder)
        self._numbers = count(1)

    def order(self) -> None:
        """Order a few times, of both versions, and wait until the orders are taken."""
        sent = [self._queue.send_task(TAKE, [self._next(), version]) for version in ("", CANARY) * 2]
        for task in sent:
            task.get(timeout=_SECONDS, interval=0.02)

    def order_with_death(self) -> None:
        """Order once more, and wait until the process that has taken the order is missed."""
        sent = self._queue.send_task(TAKE_AND_DIE, [self._next()])
        lost = sent.get(timeout=_SECONDS, interval=0.02, propagate=False)
        assert type(lost).__name__ == "WorkerLostError"

    def _next(self) -> str:
        return f"order-{next(self._numbers)}"


@contextmanager
def working(place: Place) -> Iterator[None]:
    """A worker of two processes, which is asked to end when the block is over."""
    command = [sys.executable, "-m", "celery", "--app=tests.deployments.tasks", "--quiet", *_OPTIONS]
    environment = {**place.environment(), "QUEUE": str(_queue_of(place))}
    with (place.folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=place.folder, env=environment, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(_SECONDS)


def _queue_of(place: Place) -> Path:
    folder = place.folder / "queue"
    folder.mkdir(exist_ok=True)
    return folder


def test_outage(place: Place) -> None:
    """What a pool's processes could not deliver, one of them killed at its work, the next worker's deliver, once.

    They end with nothing left where they flush when Celery says that they end.
    """
    customers = Customers(_queue_of(place))
    place.collector.usual = Reply(status=503)
    with working(place):
        customers.order()
        customers.order_with_death()
        customers.order()
    kept = place.collected()
    place.collector.usual = Reply()
    with working(place):
        customers.order()
        wait_until(lambda: place.collected() == place.ended(), "the next worker to deliver what was left")
        customers.order()

    assert kept == []
    assert place.stored() == place.collected() == place.ended()
