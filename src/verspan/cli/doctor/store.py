"""Whether versions and traces can be kept, and read again."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from verspan.cli.doctor.findings import Finding, Level
from verspan.cli.opening import opened_store, sqlite_path
from verspan.errors import VerspanError
from verspan.settings import Settings
from verspan.store.interface import ModelQuery, Store

AREA = "store"
_LITTLE_SPACE = 100 * 1024**2
"""Bytes of free disk under which the doctor warns: some tens of thousands of spans."""
_LOCK_TIMEOUT_S = 1.0
_MOST_VERSIONS = 1000


def check_store(settings: Settings) -> list[Finding]:
    """Whether the store opens, may be written and has room; nothing is written."""
    path = sqlite_path(settings.store_url)
    with opened_store(settings.store_url) as store:
        if store is None:
            return [_place(path), *_little_space(path)] if path else []
        return [_contents(store, path), *_repeated(store), *_writing(path), *_little_space(path)]


def _contents(store: Store, path: Path | None) -> Finding:
    from verspan.store.migrations import MIGRATIONS  # opening a store brings it to the newest schema

    models = store.find_models(ModelQuery(limit=_MOST_VERSIONS))
    traces = sum(figures.traces for figures in store.figures([model.model_id for model in models]).values())
    holds = f"{len(models):,} versions with {traces:,} traces, schema version {len(MIGRATIONS)}{_size(path)}"
    return Finding(AREA, "opening", Level.OK, f"{store.location} holds {holds}.")


def _repeated(store: Store) -> list[Finding]:
    """Whose calls others tell of too; a framework over an instrumented client is no mistake, and nothing to mend."""
    return [
        Finding(
            AREA,
            repeated.scope_name,
            Level.OK,
            f"{repeated.calls:,} of the latest calls of {repeated.scope_name} were told of by another instrumentor too:"
            " each is counted once. Switch one of them off where both instrument the same client.",
        )
        for repeated in store.repeated_calls()
    ]


def _size(path: Path | None) -> str:
    if path is None:
        return ""
    files = [path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))]
    return f", {sum(file.stat().st_size for file in files if file.exists()) / 1e6:,.1f} MB"


def _writing(path: Path | None) -> list[Finding]:
    if path is None:
        return []
    from verspan.store.database import Database

    database = Database(path, lock_timeout_s=_LOCK_TIMEOUT_S)
    try:
        with database.writing():  # takes the right to write and gives it back: nothing changes
            pass
    except VerspanError as error:
        return [Finding(AREA, "writing", Level.PROBLEM, str(error))]
    finally:
        database.close()
    return [Finding(AREA, "writing", Level.OK, "It can be written.")]


def _place(path: Path) -> Finding:
    nearest = _nearest_that_exists(path)
    if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
        return Finding(AREA, "opening", Level.OK, f"Nothing is recorded yet at {path}; the first span makes the store.")
    message = f"There can be no store at {path}: {nearest} is no folder that this user may write."
    return Finding(AREA, "opening", Level.PROBLEM, message, "Make it one, or name another place in VERSPAN_STORE.")


def _little_space(path: Path | None) -> list[Finding]:
    free = shutil.disk_usage(_nearest_that_exists(path)).free if path else _LITTLE_SPACE
    if free >= _LITTLE_SPACE:
        return []
    message = f"The disk of {path} has {free / 1e6:,.0f} MB left."
    return [Finding(AREA, "space", Level.WARNING, message, "Free some, or name another place in VERSPAN_STORE.")]


def _nearest_that_exists(path: Path) -> Path:
    return next(place for place in (path, *path.parents) if place.exists())
