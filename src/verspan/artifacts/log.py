"""Logging files and folders as artifacts of a version."""

from __future__ import annotations

import mimetypes
import os
import stat
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from verspan.artifacts.contents import Content, keep
from verspan.artifacts.model import Artifact
from verspan.artifacts.paths import checked_path
from verspan.artifacts.progress import Meter
from verspan.artifacts.roots import ContentRoot, current_root
from verspan.errors import InvalidArgumentError
from verspan.versions.changing import given_or_active, named
from verspan.versions.registry import opened_store

_UNKNOWN: Final = "application/octet-stream"
_TIMES_READ: Final = 2  # once to know a content's hash, once to keep it
_WAY_OUT: Final = "log what it leads to"


@dataclass(frozen=True)
class Candidate:
    """Something to be logged."""

    path: str
    """Where it shall stand in the version; checked."""
    content: Content
    size: int
    """In bytes, as far as is known before it is read."""
    media_type: str


def log_artifact(
    local_path: str | os.PathLike[str], artifact_path: str | None = None, model_id: str | None = None
) -> Artifact:
    """Log a file as an artifact of a version.

    What was logged under the same path before stays in the version's history.

    Args:
        local_path: the file.
        artifact_path: the folder in the version that it goes to; the version's top where it is None.
        model_id: the version; the active one where it is None.

    Returns:
        The artifact.

    Raises:
        InvalidArgumentError: it is no file, a path cannot be used, or there is no version.
        NotFoundError: the store has no such version.
        StoreError: the store or the artifact root cannot be used.
    """
    path = Path(local_path)
    if path.is_dir():
        raise InvalidArgumentError(f"{str(path)!r} is a folder: log it with verspan.log_artifacts")
    (artifact,) = log_all([_candidate(path, path.name, artifact_path)], model_id)
    return artifact


def log_artifacts(
    local_dir: str | os.PathLike[str], artifact_path: str | None = None, model_id: str | None = None
) -> list[Artifact]:
    """Log every file of a folder, and of those below it, as an artifact of a version: all of them or none.

    Where it is broken off, what has been kept by then need not be kept again. Links to files are followed.

    Args:
        local_dir: the folder.
        artifact_path: the folder in the version that the files go to; the version's top where it is None.
        model_id: the version; the active one where it is None.

    Returns:
        The artifacts, by path.

    Raises:
        InvalidArgumentError: it is no folder, has something that is no file, a path cannot be used, or there is no
            version.
        NotFoundError: the store has no such version.
        StoreError: the store or the artifact root cannot be used.
    """
    folder = Path(local_dir)
    if not folder.is_dir():
        raise InvalidArgumentError(f"{str(folder)!r} is no folder: log a file with verspan.log_artifact")
    files = (_candidate(path, path.relative_to(folder).as_posix(), artifact_path) for path in _files_below(folder))
    return log_all(sorted(files, key=lambda file: file.path), model_id)


def log_all(candidates: Sequence[Candidate], model_id: str | None) -> list[Artifact]:
    """Keep contents, and add them to a version's manifest in one transaction.

    Args:
        candidates: what is to be logged.
        model_id: the version; the active one where it is None.
    """
    with opened_store(create=True) as store:
        version = named(store, given_or_active(model_id))
        artifacts = _kept(current_root(store), candidates)
        store.artifacts.log(version.model_id, artifacts)
    return artifacts


def media_type_of(path: str) -> str:
    """The kind of content that a file has by its name."""
    return mimetypes.guess_type(path)[0] or _UNKNOWN


def _kept(root: ContentRoot, candidates: Sequence[Candidate]) -> list[Artifact]:
    size = sum(candidate.size for candidate in candidates)
    meter = Meter(f"logging to {root.location}", len(candidates), size * _TIMES_READ)

    def kept(candidate: Candidate) -> Artifact:
        content = keep(root, candidate.content, meter)
        now = time.time_ns() // 1_000_000
        return Artifact(candidate.path, content.digest, content.size, candidate.media_type, now, root.url)

    with closing(meter):
        if root.parallel == 1 or len(candidates) == 1:
            return [kept(candidate) for candidate in candidates]
        with ThreadPoolExecutor(root.parallel, thread_name_prefix="verspan-artifacts") as pool:
            return list(pool.map(kept, candidates))


def _candidate(path: Path, name: str, folder: str | None) -> Candidate:
    target = checked_path(f"{folder.strip('/')}/{name}" if folder else name)
    try:
        found = path.stat()
    except OSError as error:
        raise InvalidArgumentError(f"{str(path)!r} cannot be logged: {error.strerror or error}") from error
    if not stat.S_ISREG(found.st_mode):
        raise InvalidArgumentError(f"{str(path)!r} is no regular file: leave it out, or {_WAY_OUT}")
    content = Content(repr(str(path)), lambda: path.open("rb"))
    return Candidate(target, content, found.st_size, media_type_of(name))


def _files_below(folder: Path) -> Iterator[Path]:
    for current, folders, files in os.walk(folder, onerror=_refuse):
        for name in folders:
            if (Path(current) / name).is_symlink():
                raise InvalidArgumentError(f"{str(Path(current) / name)!r} is a link to a folder: {_WAY_OUT}")
        yield from (Path(current) / name for name in files)


def _refuse(error: OSError) -> None:
    raise InvalidArgumentError(f"{error.filename!r} cannot be read: {error.strerror or error}") from error
