"""Gunicorn, which forks its workers, before or after they have loaded the application."""

from __future__ import annotations

import os
import signal

import pytest
from exporters.otlp.tests.receivers import Reply
from tests.deployments.conftest import Place, needs_processes_that_fork
from tests.deployments.serving import Shop, open_shop
from tests.e2e.servers import wait_until

pytestmark = needs_processes_that_fork

SERVER = ("gunicorn", "--bind=127.0.0.1:{port}", "--workers=2", "tests.deployments.shop:wsgi")
LOADED = pytest.mark.parametrize("loaded", [(), ("--preload",)], ids=["in each worker", "before the fork"])


def _order_from_two(shop: Shop) -> None:
    shop.order_until(lambda workers: len(workers) > 1, "both workers to take an order")


@LOADED
def test_workers(place: Place, loaded: tuple[str, ...]) -> None:
    """When a server has ended, the spans of its master and of each worker are at both destinations, once."""
    with open_shop(place, *SERVER, *loaded) as shop:
        _order_from_two(shop)
    place.drain()  # an end waits for a collector two seconds, which a busy machine may need

    assert place.stored() == place.collected() == place.ended()


@LOADED
def test_killed_worker(place: Place, loaded: tuple[str, ...]) -> None:
    """A worker that is killed while others serve loses none of its spans, and the store has none of them twice."""
    with open_shop(place, *SERVER, *loaded) as shop:
        _order_from_two(shop)
        victim = shop.order()
        os.kill(victim, signal.SIGKILL)
        served = set(shop.workers)
        shop.order_until(lambda workers: workers > served, "another worker to take its place")
    place.drain()

    assert place.stored() == place.ended()
    assert sorted(set(place.collected())) == place.ended()  # which may have what was on its way twice


@LOADED
def test_outage(place: Place, loaded: tuple[str, ...]) -> None:
    """What workers could not deliver, one of them killed, the workers of the next server deliver, once."""
    place.collector.usual = Reply(status=503)
    with open_shop(place, *SERVER, *loaded) as shop:
        _order_from_two(shop)
        os.kill(shop.order(), signal.SIGKILL)
    kept = place.collected()
    place.collector.usual = Reply()
    with open_shop(place, *SERVER, *loaded) as shop:
        shop.order()
        wait_until(lambda: place.collected() == place.ended(), "the next workers to deliver what was left")
    place.drain()

    assert kept == []
    assert place.stored() == place.collected() == place.ended()
