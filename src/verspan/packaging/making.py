"""``package``: code, entry point, configuration and locked dependencies of a version in one file."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from verspan.artifacts.contents import Content
from verspan.artifacts.log import Candidate, log_all
from verspan.errors import InvalidArgumentError
from verspan.packaging.archive import PackageArchive
from verspan.packaging.bundle import write_package
from verspan.packaging.locks import Requirements, locked
from verspan.packaging.manifest import checked_entry_point
from verspan.packaging.model import CONFIG_PATH, LOCK_PATH, PACKAGE_PATH, PACKAGE_TYPE, Package, PackageManifest
from verspan.packaging.sources import check_entry_point, collect
from verspan.versions.changing import given_or_active, named
from verspan.versions.model import LoggedModel
from verspan.versions.registry import opened_store


def package(
    model: LoggedModel | str | None = None,
    *,
    entry_point: str,
    code_paths: Sequence[str | os.PathLike[str]],
    config: Mapping[str, Any] | None = None,
    requirements: Requirements | None = None,
) -> Package:
    """Bundle the code of a version into one file, and log it as an artifact of the version.

    The same files give the same bytes and so the same hash, wherever and whenever they are packaged. No code runs.

    Args:
        model: the version, or its id; the active one where it is None.
        entry_point: what is called, as ``module:attribute``: a function, a coroutine function, a generator, or a class
            of which one object is made and called. A parameter ``config`` of it is given the configuration.
        code_paths: files and folders with the code, each of which stands in the package under its own name.
        config: what JSON has values for.
        requirements: the dependencies: a file of requirements or a ``uv.lock``, or requirements one by one. What is not
            locked is locked now, by uv.

    Returns:
        The package, with the hash by which it is agreed to.

    Raises:
        InvalidArgumentError: a code path, the entry point, the configuration or the lock cannot be used, or there is no
            version.
        NotFoundError: the store has no such version.
        MissingPackageError: uv is needed and not installed.
        VerspanError: uv cannot resolve the requirements.
        StoreError: the store or the artifact root cannot be used.
    """
    version = given_or_active(model.model_id if isinstance(model, LoggedModel) else model)
    with opened_store() as store:
        record = named(store, version)
    sources = collect(code_paths)
    check_entry_point(checked_entry_point(entry_point), sources)
    texts = {} if config is None else {CONFIG_PATH: _config_json(config)}
    if requirements is not None:
        texts[LOCK_PATH] = locked(requirements).encode()
    with tempfile.TemporaryDirectory(prefix="verspan-package-") as folder:
        path = Path(folder) / PACKAGE_PATH
        write_package(path, _manifest(record, entry_point), sources, texts)
        made = PackageArchive(path).package
        candidate = Candidate(
            PACKAGE_PATH, Content(repr(PACKAGE_PATH), lambda: path.open("rb")), made.size, PACKAGE_TYPE
        )
        log_all([candidate], record.model_id)
    return made


def _manifest(record: LoggedModel, entry_point: str) -> PackageManifest:
    return PackageManifest(
        model_id=record.model_id,
        model_name=record.name,
        experiment_name=record.experiment_name,
        git=record.git,
        entry_point=entry_point,
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        files=(),
    )


def _config_json(config: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(dict(config), option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
    except TypeError as error:
        raise InvalidArgumentError(f"the config cannot be written as JSON: {error}") from error
