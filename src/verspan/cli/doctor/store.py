"""Whether versions and traces can be kept, and read again."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from verspan.cli.doctor.findings import Finding, Level
from verspan.cli.opening import opened_store, sqlite_path
from verspan.errors import StoreError
from verspan.settings import Settings

AREA = "store"
_LITTLE_SPACE = 100 * 1024**2
"""Bytes of free disk under which the doctor warns: some tens of thousands of spans."""


def check_store(settings: Settings) -> list[Finding]:
    """Whether the store opens, may be written and has room; nothing is written."""
    path = sqlite_path(settings.store_url)
    findings = [_opened(settings.store_url)]
    if path is not None:
        findings += _not_writable(path)
        findings += _little_space(path)
    return findings


def _opened(url: str) -> Finding:
    try:
        with opened_store(url) as store:
            if store is None:
                return Finding(
                    AREA, "store", Level.OK, f"Nothing is recorded yet at {sqlite_path(url)}; the first span makes it."
                )
            return Finding(AREA, "store", Level.OK, f"{store.location} opens{_size(sqlite_path(url))}.")
    except StoreError as error:
        return Finding(AREA, "store", Level.PROBLEM, str(error))


def _size(path: Path | None) -> str:
    if path is None:
        return ""
    files = [path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))]
    return f": {sum(file.stat().st_size for file in files if file.exists()) / 1e6:,.1f} MB"


def _not_writable(path: Path) -> list[Finding]:
    # SQLite writes its journal beside the file, so the folder must be writable too.
    for place in (path, _nearest_folder(path)):
        if place.exists() and not os.access(place, os.W_OK):
            remedy = "Make it writable, or name another place in VERSPAN_STORE."
            return [Finding(AREA, "writing", Level.PROBLEM, f"{place} may not be written by this user.", remedy)]
    return []


def _little_space(path: Path) -> list[Finding]:
    free = shutil.disk_usage(_nearest_folder(path)).free
    if free >= _LITTLE_SPACE:
        return []
    message = f"The disk of {path} has {free / 1e6:,.0f} MB left."
    return [Finding(AREA, "space", Level.WARNING, message, "Free some, or name another place in VERSPAN_STORE.")]


def _nearest_folder(path: Path) -> Path:
    return next(folder for folder in path.parents if folder.is_dir())
