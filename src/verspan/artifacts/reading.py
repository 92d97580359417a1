"""Artifacts read back: which a version has, and their contents, checked."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from verspan.artifacts.contents import Content, measure, write_verified
from verspan.artifacts.model import Artifact
from verspan.artifacts.paths import checked_path
from verspan.artifacts.progress import Meter
from verspan.artifacts.roots import ContentRoot, root_at
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.versions.changing import given_or_active, named
from verspan.versions.registry import opened_store

if TYPE_CHECKING:
    from verspan.store.interface import Store
    from verspan.versions.model import LoggedModel

_MODELS: Final = "models:/"  # what an address of a version begins with, as MLflow writes it


def list_artifacts(
    artifact_uri: str | None = None, model_id: str | None = None, artifact_path: str | None = None
) -> list[Artifact]:
    """The artifacts of a version, the newest of each path, by path.

    Args:
        artifact_uri: a version's address and a path, as ``models:/m-…/evaluation``, instead of the other two.
        model_id: the version; the active one where it is None.
        artifact_path: only that path and those below it.

    Raises:
        InvalidArgumentError: the address or the path cannot be used, or there is no version.
        NotFoundError: the store has no such version.
        StoreError: the store cannot be read.
    """
    version, folder = _meant(artifact_uri, model_id, artifact_path)
    with opened_store() as store:
        return list(store.artifacts.of(named(store, version).model_id, folder))


def download_artifacts(
    artifact_uri: str | None = None,
    model_id: str | None = None,
    artifact_path: str | None = None,
    dst_path: str | os.PathLike[str] | None = None,
) -> str:
    """Write artifacts of a version to files, each of them checked against its SHA-256.

    A file that has the content already is left as it is, so that what was broken off can be gone on with.

    Args:
        artifact_uri: a version's address and a path, as ``models:/m-…/evaluation``, instead of the next two.
        model_id: the version; the active one where it is None.
        artifact_path: a file or a folder of it; everything where it is None.
        dst_path: the folder to write to; a new temporary one where it is None.

    Returns:
        The path of the file, or of the folder that stands for ``artifact_path``, in ``dst_path``.

    Raises:
        InvalidArgumentError: the address or a path cannot be used, or there is no version.
        NotFoundError: the store has no such version, or the version no such artifact.
        StoreError: the store or the artifact root cannot be used, or a content is not what was logged.
    """
    version, path = _meant(artifact_uri, model_id, artifact_path)
    with opened_store() as store:
        found = found_below(store, named(store, version), path)
        folder = Path(dst_path if dst_path is not None else tempfile.mkdtemp(prefix="verspan-"))
        write_artifacts(store, found, folder)
    return str(folder / path)


def found_below(store: Store, model: LoggedModel, path: str, *, history: bool = False) -> Sequence[Artifact]:
    """The artifacts of a version under a path, of which there is at least one.

    Args:
        store: the store that has the version.
        model: the version.
        path: a file or a folder of it; everything where it is empty.
        history: whether those are among them that a path had before.

    Raises:
        InvalidArgumentError: the path cannot be used.
        NotFoundError: there is none.
        StoreError: the store cannot be read.
    """
    checked = checked_path(path.strip("/")) if path else ""
    found = store.artifacts.of(model.model_id, checked)
    if not found:
        what = f"no artifact {path!r}" if path else "no artifacts"
        raise NotFoundError(f"the version {model.name} has {what}: verspan.list_artifacts lists those it has")
    if not history:
        return found
    return [older for artifact in found for older in store.artifacts.history(model.model_id, artifact.path)]


def write_artifacts(store: Store, artifacts: Sequence[Artifact], folder: Path) -> None:
    """Write artifacts to files below a folder, under their paths.

    Args:
        store: the store whose they are.
        artifacts: which.
        folder: made where it is not there.

    Raises:
        InvalidArgumentError: a file cannot be written, or would be outside the folder.
        StoreError: a content cannot be read, or is not what was logged.
    """
    roots = {place: root_at(place, store) for place in {artifact.root for artifact in artifacts}}
    size = sum(artifact.size for artifact in artifacts)
    with closing(Meter(f"writing to {folder}", len(artifacts), size)) as meter:
        for artifact in artifacts:
            _write(roots[artifact.root], artifact, folder, meter)


def _meant(artifact_uri: str | None, model_id: str | None, artifact_path: str | None) -> tuple[str, str]:
    if artifact_uri is None:
        return given_or_active(model_id), checked_path(artifact_path.strip("/")) if artifact_path else ""
    if model_id is not None or artifact_path is not None:
        raise InvalidArgumentError(
            f"artifact_uri={artifact_uri!r} says all: give no model_id and no artifact_path beside it"
        )
    if not artifact_uri.startswith(_MODELS):
        raise InvalidArgumentError(
            f"artifact_uri={artifact_uri!r} is no address: give one such as models:/m-…/config.json"
        )
    version, _, path = artifact_uri.removeprefix(_MODELS).strip("/").partition("/")
    return version, checked_path(path) if path else ""


def _write(root: ContentRoot, artifact: Artifact, folder: Path, meter: Meter) -> None:
    try:
        path = _place_below(folder, artifact.path)
        if not _is_there(path, artifact, meter):
            write_verified(root, artifact, path, meter)
    except OSError as error:
        raise InvalidArgumentError(
            f"the artifact {artifact.path!r} cannot be written below {str(folder)!r}: {error.strerror or error}"
        ) from error


def _place_below(folder: Path, path: str) -> Path:
    """The file of a path, with the folders to it; links in the folder do not lead out of it."""
    place = folder / checked_path(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.parent.resolve().is_relative_to(folder.resolve()):
        raise InvalidArgumentError(f"{str(place)!r} is outside {str(folder)!r}, where a link leads: remove the link")
    return place


def _is_there(path: Path, artifact: Artifact, meter: Meter) -> bool:
    if path.is_symlink() or not path.is_file() or path.stat().st_size != artifact.size:
        return False
    there = measure(Content(repr(str(path)), lambda: path.open("rb"))).digest == artifact.digest
    if there:
        meter.advance(artifact.size)
        meter.file_done()
    return there
