"""The shop as a worker: each order is a task."""

from __future__ import annotations

import os
from pathlib import Path

from tests.deployments import shop
from tests.deployments.queueing import TAKE, queue_in

app = queue_in(Path(os.environ["QUEUE"]))


@app.task(name=TAKE)  # type: ignore[untyped-decorator]  # Celery has no types
def take(order: str, version: str = "") -> int:
    """Take an order, and say which process did."""
    return int(shop.take(order, version))
