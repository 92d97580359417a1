"""From what people type to the package they mean, in a file that nobody else can change."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from verspan.artifacts.contents import CHUNK_BYTES, write_verified
from verspan.artifacts.progress import Meter
from verspan.artifacts.roots import root_at
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.packaging.archive import PackageArchive
from verspan.packaging.model import PACKAGE_PATH
from verspan.packaging.places import cache_folder
from verspan.versions.changing import named
from verspan.versions.registry import opened_store

if TYPE_CHECKING:
    from verspan.store.interface import Store
    from verspan.versions.model import LoggedModel

_SUFFIX: Final = ".zip"
_PACKAGES: Final = "packages"


def own_folder() -> Path:
    """A new folder that only this user may enter, and that is gone when this process ends."""
    folder = Path(tempfile.mkdtemp(prefix="verspan-package-"))
    atexit.register(_remove, folder, os.getpid())
    return folder


def find_package(model_uri: str | os.PathLike[str]) -> Path:
    """A copy of a package's file, in a folder of this process's own.

    Args:
        model_uri: the path of a package, else a version: its id, ``models:/`` and its id, or ``name@alias``.

    Raises:
        InvalidArgumentError: the file cannot be read.
        NotFoundError: there is no such file or version, or the version has no package.
        StoreError: the store or the artifact root cannot be used, or the content is not what was logged.
    """
    text = os.fspath(model_uri)
    if is_path(text):
        return copied(Path(text))
    with opened_store() as store:
        return package_of(store, named(store, text))


def package_of(store: Store, model: LoggedModel) -> Path:
    """A copy of the newest package of a version, likewise.

    Raises:
        NotFoundError: the version has no package.
        StoreError: the store or the artifact root cannot be used, or the content is not what was logged.
    """
    found = store.artifacts.of(model.model_id, PACKAGE_PATH)
    if not found:
        raise NotFoundError(f"the version {model.name} has no package: make one with verspan.package(entry_point=…)")
    [artifact] = found
    target = own_folder() / PACKAGE_PATH
    with closing(Meter("fetching the package", 1, artifact.size)) as meter:
        write_verified(root_at(artifact.root, store), artifact, target, meter)
    return target


def read_package(model_uri: str | os.PathLike[str]) -> PackageArchive:
    """A package with its structure checked; no code of it has run.

    Raises:
        InvalidArgumentError: it cannot be read, or should not be opened.
        NotFoundError: there is no such file or version, or the version has no package.
        StoreError: the store or the artifact root cannot be used.
    """
    return PackageArchive(find_package(model_uri))


def is_path(text: str) -> bool:
    """Whether a text is the path of a package rather than a version's name."""
    return text.endswith(_SUFFIX) or Path(text).is_file()


def copied(path: Path) -> Path:
    """A copy of a package's file that nobody else can change.

    Raises:
        InvalidArgumentError: it cannot be read.
        NotFoundError: it is not there.
    """
    target = own_folder() / PACKAGE_PATH
    try:
        with path.open("rb") as source, target.open("xb") as copy:
            shutil.copyfileobj(source, copy, CHUNK_BYTES)
    except FileNotFoundError as error:
        raise NotFoundError(f"there is no package at {str(path)!r}") from error
    except OSError as error:
        raise InvalidArgumentError(f"the package {str(path)!r} cannot be read: {error.strerror or error}") from error
    return target


def kept_in_cache(archive: PackageArchive) -> Path:
    """The package's file in the user's cache, for another process to read; it stays."""
    path = cache_folder() / _PACKAGES / f"{archive.package.digest}{_SUFFIX}"
    incoming = path.with_name(f"{path.name}.{uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(archive.path, incoming)
        incoming.replace(path)
    except OSError as error:
        raise InvalidArgumentError(f"{str(path.parent)!r} cannot be written: {error.strerror or error}") from error
    return path


def _remove(folder: Path, process: int) -> None:
    if os.getpid() == process:  # and not a child that was forked meanwhile
        shutil.rmtree(folder, ignore_errors=True)
