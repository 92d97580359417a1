"""Where a command reads traces from: the store, or what `--source` names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from verspan.cli.opening import required_store

if TYPE_CHECKING:
    from verspan.sources.model import Window
    from verspan.sources.opening import Source


@contextmanager
def traffic_source(
    source: str | None, store_place: str | None, versions: Sequence[str], window: Window
) -> Iterator[Source]:
    """The traces of some versions.

    Args:
        source: such as ``jaeger://localhost:16686``; the store where it is None.
        store_place: the store's place.
        versions: which versions' traces are wanted; of all versions where it is empty.
        window: when they started.

    Raises:
        NotFoundError: nothing has been recorded at the store's place yet.
        StoreError: the store cannot be opened, or the source does not answer.
    """
    from verspan.sources.opening import Source, fetched

    if source is not None:
        with fetched(source, versions, window) as found:
            yield found
        return
    with required_store(store_place) as store:
        yield Source(store)
