"""The span processor that keeps ended spans, and the content that belongs to them, in a store."""

from __future__ import annotations

from functools import partial

from verspan.settings import spool_folder
from verspan.spool.bounds import Bounds
from verspan.spool.processor import SpoolingSpanProcessor
from verspan.spool.spool import Spool
from verspan_local.delivery import StoreDelivery
from verspan_local.destination import STORE_BOUNDS, destination_of


class LocalSpanProcessor(SpoolingSpanProcessor):
    """Keeps every sampled span in a store, whoever made it; on disk until the store has it."""

    def __init__(self, store_url: str, *, bounds: Bounds = STORE_BOUNDS) -> None:
        """Make a processor; nothing is written before the first span.

        Args:
            store_url: the store's URL.
            bounds: how much may wait for the store, and for how long.
        """
        make_delivery = partial(StoreDelivery, store_url)
        folder, destination = spool_folder(store_url), destination_of(store_url)
        super().__init__(Spool(folder, destination, make_delivery, keeps_content=True, bounds=bounds))
