"""Uvicorn, whose workers are interpreters of their own and end by the signal that ends them."""

from __future__ import annotations

import os
import signal

from tests.deployments.conftest import Place
from tests.deployments.serving import Shop, open_shop

SERVER = ("uvicorn", "--port={port}", "--workers=2", "tests.deployments.shop:asgi")


def _order_from_two(shop: Shop) -> None:
    shop.order_until(lambda workers: len(workers) > 1, "both workers to take an order")


def test_workers(place: Place) -> None:
    """Where an application flushes as its lifespan ends, its workers leave nothing behind."""
    with open_shop(place, *SERVER) as shop:
        _order_from_two(shop)

    assert place.stored() == place.collected() == place.ended()


def test_killed_workers(place: Place) -> None:
    """What workers leave that are killed, or end by a signal without having flushed, is delivered afterwards."""
    with open_shop(place, *SERVER, "--lifespan=off") as shop:
        _order_from_two(shop)
        os.kill(shop.order(), signal.SIGKILL)
        served = set(shop.workers)
        shop.order_until(lambda workers: workers > served, "another worker to take its place")
    place.drain()

    assert place.stored() == place.ended()
    assert sorted(set(place.collected())) == place.ended()  # which may have what was on its way twice
