"""Environments made from the locks of packages, each once on this machine."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from importlib import metadata
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from verspan.errors import InvalidArgumentError
from verspan.packaging.archive import PackageArchive
from verspan.packaging.locks import check_lock, pins
from verspan.packaging.places import cache_folder
from verspan.recreating.uv import run_uv

_FOLDER: Final = "environments"
_OURS: Final = "verspan"
_SERVER: Final = "uvicorn>=0.30"
_KEY_DIGITS: Final = 32


def environment_of(archive: PackageArchive) -> Path:
    """The Python of an environment that has what a package's lock says, and Verspan.

    It is made the first time, beside its place and put there whole, so that a process that is killed meanwhile leaves
    none that only looks complete. Where the lock does not say which Verspan, it is this one, with what the lock leaves
    room for.

    Raises:
        InvalidArgumentError: the package has no lock, or its lock has what cannot be installed elsewhere.
        MissingPackageError: uv is not installed.
        VerspanError: uv cannot install it.
    """
    lock = archive.lock()
    if lock is None:
        raise InvalidArgumentError(
            f"the package of {archive.package.manifest.model_name} has no lock: give requirements to verspan.package,"
            " or serve it in this environment with --no-env-from-lock"
        )
    check_lock(lock)
    python, own = archive.package.manifest.python, [] if _OURS in pins(lock) else _own_requirements()
    key = hashlib.sha256(json.dumps([lock, python, own, sys.platform]).encode()).hexdigest()[:_KEY_DIGITS]
    folder = cache_folder() / _FOLDER / key
    if not folder.exists():
        _make(folder, lock, python, own)
    return _python_of(folder)


def _make(folder: Path, lock: str, python: str, own: list[str]) -> None:
    new = folder.with_name(f"{folder.name}.{uuid4().hex}")
    new.parent.mkdir(parents=True, exist_ok=True)
    requirements = new.with_suffix(".txt")
    try:
        requirements.write_text(lock, encoding="utf-8")
        run_uv("venv", "--quiet", "--relocatable", "--python", _base_python(python), new, doing="make an environment")
        install = ("pip", "install", "--quiet", "--python", _python_of(new))
        run_uv(*install, "--require-hashes", "-r", requirements, doing="install the lock")
        if own:
            run_uv(*install, "--constraints", requirements, *own, doing="add Verspan to the lock")
        _put(new, folder)
    finally:
        requirements.unlink(missing_ok=True)
        shutil.rmtree(new, ignore_errors=True)


def _put(new: Path, folder: Path) -> None:
    try:
        new.rename(folder)
    except OSError:
        if not folder.exists():  # another process has been quicker, and its environment is the same
            raise


def _base_python(version: str) -> str:
    """This interpreter where it is of the version, else the version for uv to find."""
    return sys.executable if version == f"{sys.version_info.major}.{sys.version_info.minor}" else version


def _python_of(environment: Path) -> Path:
    windows = environment / "Scripts" / "python.exe"
    return windows if windows.exists() else environment / "bin" / "python"


def _own_requirements() -> list[str]:
    """What installs this very Verspan, with its packages that are installed here, and what serves."""
    names = {(distribution.name or "").lower() for distribution in metadata.distributions()}
    ours = sorted(name for name in names if name.partition("-")[0] == _OURS)
    return [*(word for name in ours for word in _requirement(metadata.distribution(name))), _SERVER]


def _requirement(distribution: metadata.Distribution) -> list[str]:
    origin = json.loads(distribution.read_text("direct_url.json") or "{}")
    if origin.get("dir_info", {}).get("editable"):
        return ["--editable", unquote(urlsplit(origin["url"]).path)]
    if "url" in origin:
        return [f"{distribution.name} @ {origin['url']}"]
    return [f"{distribution.name}=={distribution.version}"]
