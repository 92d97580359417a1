"""What a store does for artifacts. It is safe to use from many threads and processes, as the store is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from verspan.artifacts.model import Artifact


class ArtifactRecords(Protocol):
    """The manifests of versions: which content was logged under which path, and when. Nothing is ever overwritten.

    Every method raises :class:`~verspan.errors.StoreError`. Contents are not in the store, see
    :mod:`verspan.artifacts.contents`.
    """

    def log(self, model_id: str, artifacts: Sequence[Artifact]) -> Sequence[Artifact]:
        """Add to a version's manifest, all or none; each is noted in the audit log in the same transaction.

        An artifact changes nothing where its path has that content already as its newest, or had it logged at that very
        moment: giving the same ones again is harmless.

        Args:
            model_id: the version.
            artifacts: what was logged, with paths that are checked and contents that are kept.

        Returns:
            Those that were added.

        Raises:
            NotFoundError: the store has no version of this id.
        """
        ...

    def of(self, model_id: str, folder: str = "") -> Sequence[Artifact]:
        """The newest artifact of each path of a version, by path.

        Args:
            model_id: the version; one that the store does not have has no artifacts.
            folder: only that path and those below it; all of them where it is empty.
        """
        ...

    def history(self, model_id: str, path: str | None = None) -> Sequence[Artifact]:
        """Everything that was logged to a version, or under one path of it: by path, and the newest first."""
        ...
