"""Artifacts of versions, as they stand in a file and as they are kept from one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from verspan.artifacts.contents import verified_chunks
from verspan.artifacts.model import Artifact
from verspan.artifacts.paths import checked_path
from verspan.artifacts.roots import current_root, root_at
from verspan.store.interface import Store
from verspan.transfer.archive.reading import Archive
from verspan.transfer.archive.writing import ArchiveWriter
from verspan.versions.identity import checked_model_id, checked_name

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_TIMES: Final = range(2**53)


@dataclass(frozen=True)
class VersionArtifact:
    """What was logged under a path of a version; its content is kept apart under its SHA-256."""

    model_id: str
    artifact: Artifact


def artifacts_of(store: Store, model_ids: Sequence[str]) -> list[VersionArtifact]:
    """Everything that was logged to the versions: by path, and the earliest first."""
    return [
        VersionArtifact(model_id, replace(artifact, root=None))
        for model_id in model_ids
        for artifact in sorted(store.artifacts.history(model_id), key=_place)
    ]


def write_contents(store: Store, model_ids: Sequence[str], archive: ArchiveWriter) -> None:
    """Write the contents of all artifacts of the versions, each once, a piece at a time.

    Raises:
        StoreError: a content cannot be read, or is not what was logged.
    """
    for model_id in model_ids:
        for artifact in sorted(store.artifacts.history(model_id), key=_place):
            archive.add_large_blob(artifact.digest, verified_chunks(root_at(artifact.root, store), artifact))


def check_artifact(found: VersionArtifact) -> VersionArtifact:
    """The artifact, where it could have been logged here.

    Raises:
        ValueError: it could not.
    """
    artifact = found.artifact
    checked_model_id(found.model_id)
    checked_name(artifact.media_type, "media type")
    if _SHA256.fullmatch(artifact.digest) is None or artifact.size < 0 or artifact.logged_timestamp not in _TIMES:
        raise ValueError(f"the artifact {artifact.path!r} has no digest, size or time that can be")
    return replace(found, artifact=replace(artifact, path=checked_path(artifact.path), root=None))


def keep_artifact(store: Store, found: VersionArtifact, archive: Archive) -> bool:
    """Keep what was logged, its content at the place where those of this store go.

    Returns:
        Whether it is new to the store.
    """
    root, artifact = current_root(store), replace(found.artifact, root=None)
    if not root.has(artifact.digest, artifact.size):
        root.put(artifact.digest, artifact.size, archive.blob_pieces(artifact.digest))
    return bool(store.artifacts.log(found.model_id, [replace(artifact, root=root.url)]))


def _place(artifact: Artifact) -> tuple[str, int, str]:
    return artifact.path, artifact.logged_timestamp, artifact.digest
