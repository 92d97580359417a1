"""Uvicorn, whose workers are interpreters of their own and end by the signal that ends them."""

from __future__ import annotations

import os
import signal

from tests.deployments.conftest import Place
from tests.deployments.serving import open_shop

SERVER = ("uvicorn", "--port={port}", "--workers=2", "--lifespan=off", "tests.deployments.shop:asgi")


def test_workers(place: Place) -> None:
    """The spans of both workers, and of one that replaces a killed one, are at both destinations."""
    with open_shop(place, *SERVER) as shop:
        shop.order_until(lambda workers: len(workers) > 1, "both workers to take an order")
        os.kill(shop.order(), signal.SIGKILL)
        served = set(shop.workers)
        shop.order_until(lambda workers: workers > served, "another worker to take its place")
    place.drain()

    assert place.stored() == place.ended()
    assert sorted(set(place.collected())) == place.ended()  # which may have what was on its way twice
