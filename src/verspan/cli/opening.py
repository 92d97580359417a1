"""The store that a command reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from verspan.errors import NotFoundError
from verspan.settings import store_url

if TYPE_CHECKING:
    from verspan.store.interface import Store

_SQLITE = "sqlite:///"
START_HERE = "Record a first trace with `verspan demo`, or with your own `verspan run python app.py`."


@contextmanager
def opened_store(place: str | None) -> Iterator[Store | None]:
    """The store at a place, closed at the end; None where nothing has been recorded there yet.

    Args:
        place: a path or a URL; else the environment's or the default place.

    Raises:
        StoreError: something is there and cannot be opened.
    """
    url = store_url(place)
    if not store_exists(url):
        yield None
        return
    from verspan.store.opening import open_store

    store = open_store(url, create=False)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def required_store(place: str | None) -> Iterator[Store]:
    """The store at a place, for commands that are asked for one thing in it.

    Raises:
        NotFoundError: nothing has been recorded there yet.
        StoreError: something is there and cannot be opened.
    """
    with opened_store(place) as store:
        if store is None:
            raise NotFoundError(nothing_recorded(place))
        yield store


def nothing_recorded(place: str | None) -> str:
    """What to say where there is no store yet."""
    return f"Nothing is recorded yet at {store_url(place).removeprefix(_SQLITE)}. {START_HERE}"


def store_exists(url: str) -> bool:
    """Whether something stands where the URL points; a server's address is taken to be there."""
    return not url.startswith(_SQLITE) or Path(url.removeprefix(_SQLITE)).exists()
