"""The store that a command reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from verspan.errors import NotFoundError
from verspan.settings import store_url
from verspan.store.failures import unusable_place

if TYPE_CHECKING:
    from verspan.store.interface import Store

_SQLITE = "sqlite:///"
START_HERE = "record a first trace with `verspan demo`, or your own with `verspan run python app.py`"


@contextmanager
def opened_store(place: str | None) -> Iterator[Store | None]:
    """The store at a place, closed at the end; None where nothing has been recorded there yet.

    Args:
        place: a path or a URL; else the environment's or the default place.

    Raises:
        StoreError: something is there and cannot be opened.
    """
    url = store_url(place)
    if not _may_exist(sqlite_path(url)):
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
    return f"nothing is recorded yet at {sqlite_path(store_url(place))}: {START_HERE}"


def sqlite_path(url: str) -> Path | None:
    """The file that a store's URL names; None where the URL is a server's."""
    return Path(url.removeprefix(_SQLITE)) if url.startswith(_SQLITE) else None


def _may_exist(path: Path | None) -> bool:
    if path is None:  # a server, which is there or says why not
        return True
    try:
        return path.exists()
    except OSError as error:  # a folder on the way may not be read
        raise unusable_place(path, error) from error
