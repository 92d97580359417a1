"""Artifact roots: where contents are, each under its SHA-256. A folder, or any place that fsspec knows."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol
from urllib.parse import unquote, urlsplit

from verspan.errors import InvalidArgumentError
from verspan.semconv import ENV_ARTIFACTS
from verspan.settings import store_folder, store_url

if TYPE_CHECKING:
    from verspan.store.interface import Store

_FOLDER: Final = "artifacts"
_FILE: Final = "file://"


class ContentRoot(Protocol):
    """Where contents are kept. Every method raises :class:`~verspan.errors.StoreUnavailableError`."""

    url: str | None
    """What the manifest says of it; None for the folder beside the store, which moves with the store."""
    location: str
    """Where it is, as a person would name it."""
    parallel: int
    """How many contents it takes at the same time with profit."""

    def has(self, digest: str, size: int) -> bool:
        """Whether a content of this SHA-256 and size is there, whole."""
        ...

    def put(self, digest: str, size: int, chunks: Iterable[bytes]) -> None:
        """Keep a content, which is there whole or not at all, whatever becomes of this process.

        Args:
            digest: the SHA-256 that it is kept under.
            size: its bytes.
            chunks: the content; where it raises, nothing is kept.
        """
        ...

    def open(self, digest: str) -> AbstractContextManager[BinaryIO]:
        """A content as a stream of bytes.

        Raises:
            FileNotFoundError: it is not there.
        """
        ...


def current_root(store: Store) -> ContentRoot:
    """Where new contents of a store's artifacts go: ``VERSPAN_ARTIFACTS``, else ``artifacts`` in the store's folder.

    Raises:
        InvalidArgumentError: the variable names no place for contents.
        MissingPackageError: fsspec, or its package for such a place, is not installed.
    """
    return root_at(os.environ.get(ENV_ARTIFACTS) or None, store)


def root_at(place: str | None, store: Store) -> ContentRoot:
    """The artifact root at a place.

    Args:
        place: a path or a URL; None for the folder beside the store.
        store: the store whose artifacts they are.

    Raises:
        InvalidArgumentError: there can be no contents at the place.
        MissingPackageError: fsspec, or its package for such a place, is not installed.
    """
    from verspan.artifacts.local_root import LocalRoot

    if place is None:
        return LocalRoot(store_folder(store_url(store.location)) / _FOLDER, url=None)
    if place.startswith(_FILE):
        place = unquote(place.removeprefix(_FILE))
    if "://" not in place:
        folder = Path(place).expanduser().absolute()
        return LocalRoot(folder, url=folder.as_uri())
    from verspan.artifacts.remote_root import RemoteRoot

    return RemoteRoot(_without_password(place))


def key_of(digest: str) -> str:
    """Where a content is below its root: a folder has a 256th of them, since some systems dislike very full ones."""
    return f"sha256/{digest[:2]}/{digest[2:]}"


def _without_password(url: str) -> str:
    if urlsplit(url).password is not None:
        raise InvalidArgumentError(
            f"{ENV_ARTIFACTS} has a password in its URL, which would be kept beside every artifact: leave it out and"
            " give it as the place's own package takes it, such as AWS_SECRET_ACCESS_KEY or FSSPEC_… variables"
        )
    return url.rstrip("/")
