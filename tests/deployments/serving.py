"""The shop behind a server with two workers, and its customers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from tests.deployments.conftest import Place
from tests.e2e.servers import LOOPBACK, Server, free_ports, read, wait_until

_CANARY = "shop-canary"
_numbers = count(1)


class Shop:
    """A server that serves, as its customers see it."""

    def __init__(self, address: str) -> None:
        self._address = address
        self.workers: set[int] = set()
        """The processes that have taken orders."""

    def order(self) -> int:
        """Order from a canary, and from the version that the workers have; gives the process that took the last."""
        self._ask(f"?{_CANARY}")
        return self._ask("")

    def _ask(self, query: str) -> int:
        worker = int(read(f"{self._address}/order-{next(_numbers)}{query}"))
        self.workers.add(worker)
        return worker

    def order_until(self, is_enough: Callable[[set[int]], bool], what: str) -> None:
        """Order until the processes that have taken orders are enough."""

        def ask() -> bool:
            self.order()
            return is_enough(self.workers)

        wait_until(ask, what, seconds=60)


@contextmanager
def open_shop(place: Place, module: str, *options: str) -> Iterator[Shop]:
    """A server that is asked to end, as those who deploy do, when the block is over.

    Args:
        place: where its spans go.
        module: the server, which Python runs.
        options: its options, with ``{port}`` for the port to listen on.
    """
    (port,) = free_ports(1)
    command = [sys.executable, "-m", module, *(option.format(port=port) for option in options)]
    address = f"http://{LOOPBACK}:{port}"
    with Server(command, place.environment(), f"{address}/", place.folder / "server.log"):
        yield Shop(address)
