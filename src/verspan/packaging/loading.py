"""``load_model``: from a package to something to call, once somebody has agreed to its hash."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from verspan.errors import InvalidArgumentError, VerspanError
from verspan.packaging.archive import PackageArchive
from verspan.packaging.finding import own_folder, read_package
from verspan.packaging.introducing import introduce
from verspan.packaging.loaded import LoadedModel
from verspan.packaging.locks import pins
from verspan.packaging.model import CODE_FOLDER, Package
from verspan.packaging.modules import import_from
from verspan.packaging.trust import check_agreed

_KEY_DIGITS: Final = 16
_SHOWN: Final = 5
_loaded: dict[str, LoadedModel] = {}
_lock = threading.RLock()  # a package may load another
_logger = logging.getLogger(__name__)


def load_model(model_uri: str | os.PathLike[str], *, trust: str | bool = False) -> LoadedModel:
    """Load the package of a version, to be called in this process under that version.

    Its modules have names of their own, so that several versions of one application can be loaded side by side. No code
    of it runs before its hash is agreed to, here or by ``verspan package trust``.

    Args:
        model_uri: a version: its id, ``models:/`` and its id, or ``name@alias``; or the path of a package.
        trust: the hash that is agreed to for this call; True for whatever the package is; False for the user's record.

    Returns:
        What calls the entry point. The same package loaded again gives the same.

    Raises:
        VerspanError: nobody has agreed to its hash, or its code cannot be imported.
        InvalidArgumentError: it is refused, or has another hash than was agreed to.
        NotFoundError: there is no such version or file, or the version has no package.
        StoreError: the store or the artifact root cannot be used.
    """
    archive = read_package(model_uri)
    digest = archive.package.digest
    check_agreed(digest, trust, f"the package of {archive.package.manifest.model_name}")
    with _lock:
        if digest not in _loaded:
            _loaded[digest] = _load(archive)
        return _loaded[digest]


def _load(archive: PackageArchive) -> LoadedModel:
    package, config, lock = archive.package, archive.config(), archive.lock()
    folder = own_folder()
    archive.extract(folder)
    _compare(package, lock)
    entry_point = _entry_point(package, folder / CODE_FOLDER.strip("/"))
    try:
        loaded = LoadedModel(package, entry_point, config)
    except Exception as error:
        raise _failed(package, "could not be set up", error) from error
    introduce(package.manifest)
    return loaded


def _entry_point(package: Package, folder: Path) -> Callable[..., Any]:
    module, _, attribute = package.manifest.entry_point.partition(":")
    try:
        found: Any = import_from(folder, package.digest[:_KEY_DIGITS], module)
    except Exception as error:
        raise _failed(package, "could not be imported", error) from error
    for name in attribute.split("."):
        found = getattr(found, name, None)
    if not callable(found):
        raise InvalidArgumentError(
            f"the package of {package.manifest.model_name} has no {package.manifest.entry_point!r} that can be called:"
            " name another entry_point in verspan.package"
        )
    return found  # type: ignore[no-any-return] # a callable of whatever kind


def _failed(package: Package, what: str, error: Exception) -> VerspanError:
    hint = ""
    if isinstance(error, ModuleNotFoundError) and error.name:
        hint = f". If {error.name!r} is a dependency, `verspan serve` has it in an environment made from the lock"
    manifest = package.manifest
    return VerspanError(
        f"{manifest.entry_point} of {manifest.model_name} {what}: {type(error).__name__}: {error}{hint}"
    )


def _compare(package: Package, lock: str | None) -> None:
    """Say where this environment is another than the package was made with."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    if python != package.manifest.python:
        _logger.warning(
            "The package of %s was made with Python %s and is loaded into %s: what it answers may differ.",
            package.manifest.model_name,
            package.manifest.python,
            python,
        )
    differing = [] if lock is None else _differing(lock)
    if differing:
        _logger.warning(
            "The package of %s is loaded beside other packages than it was locked with (%s): what it answers may "
            "differ. verspan serve runs it in an environment made from its lock.",
            package.manifest.model_name,
            ", ".join(differing[:_SHOWN]) + (", …" if len(differing) > _SHOWN else ""),
        )


def _differing(lock: str) -> list[str]:
    found = []
    for name, versions in pins(lock).items():
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue  # it may be for another platform; where it is needed its import says so
        if installed not in versions:
            found.append(f"{name} {installed} for {' or '.join(versions)}")
    return found
