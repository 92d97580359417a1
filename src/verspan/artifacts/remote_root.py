"""An artifact root at a place that fsspec knows: S3, GCS, Azure, SSH and others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Final, cast

from verspan.artifacts.roots import key_of
from verspan.errors import InvalidArgumentError, MissingPackageError, StoreUnavailableError, VerspanError
from verspan.semconv import ENV_ARTIFACTS

_LEAST_PART: Final = 8 * 2**20  # bytes; object stores take parts of 5 MiB and more
_MOST_PARTS: Final = 9_000  # S3 takes 10,000
_OBJECT_STORES: Final = {
    "s3",
    "s3a",
    "gs",
    "gcs",
    "az",
    "abfs",
    "abfss",
    "oss",
    "oci",
}  # to make a folder there is to make a bucket


class RemoteRoot:
    """A :class:`~verspan.artifacts.roots.ContentRoot` at a URL.

    Objects are put as a whole or in the parts of one upload, which the place shows once it is complete.

    Args:
        url: the place, without credentials.

    Raises:
        InvalidArgumentError: fsspec does not know such a URL.
        MissingPackageError: fsspec, or its package for such a URL, is not installed.
    """

    parallel = 8

    def __init__(self, url: str) -> None:
        self.url: str | None = url
        self.location = url
        self._files, self._prefix = _file_system(url)
        self._has_folders = url.partition("://")[0] not in _OBJECT_STORES

    def has(self, digest: str, size: int) -> bool:
        """Whether a content of this SHA-256 and size is there."""
        with self._reached():
            try:
                return bool(self._files.info(self._path(digest))["size"] == size)
            except FileNotFoundError:
                return False

    def put(self, digest: str, size: int, chunks: Iterable[bytes]) -> None:
        """Upload a content; what is not complete is never seen."""
        with self._reached():
            if self._has_folders:
                self._files.makedirs(self._path(digest).rpartition("/")[0], exist_ok=True)
            file = self._files.open(self._path(digest), "wb", block_size=max(_LEAST_PART, size // _MOST_PARTS))
            try:
                for chunk in chunks:
                    file.write(chunk)
            except BaseException:
                _discard(file)
                raise
            file.close()

    @contextmanager
    def open(self, digest: str) -> Iterator[BinaryIO]:
        """A content as a stream of bytes."""
        with (
            self._reached(FileNotFoundError),
            self._files.open(self._path(digest), "rb", cache_type="readahead") as file,
        ):
            yield cast("BinaryIO", file)

    def _path(self, digest: str) -> str:
        return f"{self._prefix}/{key_of(digest)}"

    @contextmanager
    def _reached(self, passed: type[Exception] = VerspanError) -> Iterator[None]:
        try:
            yield
        except (VerspanError, passed):
            raise
        except Exception as error:  # each place has exceptions of its own
            raise StoreUnavailableError(
                f"the artifact root {self.location} cannot be used: {type(error).__name__}: {error}. Check the address"
                f" in {ENV_ARTIFACTS}, the network and the credentials"
            ) from error


def _discard(file: Any) -> None:
    """Give up an upload that is under way: closing the file would complete it."""
    file.discard()
    file.closed = True


def _file_system(url: str) -> tuple[Any, str]:
    protocol = url.partition("://")[0]
    try:
        from fsspec.core import url_to_fs  # type: ignore[import-untyped] # fsspec has no types
    except ImportError as error:
        raise MissingPackageError(f"artifacts at {url} need fsspec: pip install 'verspan[artifacts]'") from error
    try:
        files, prefix = url_to_fs(url)
    except ImportError as error:
        raise MissingPackageError(
            f"artifacts at {url} need fsspec's package for {protocol} ({error}): pip install what it names"
        ) from error
    except ValueError as error:
        raise InvalidArgumentError(f"{ENV_ARTIFACTS}={url!r} is no place that fsspec knows: {error}") from error
    return files, str(prefix).rstrip("/")
