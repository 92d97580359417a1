"""The manifests of versions, and what a store does for artifacts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, insert, or_, select

from verspan.artifacts.model import Artifact
from verspan.audit.model import Change
from verspan.errors import NotFoundError
from verspan.store.artifact_tables import artifacts
from verspan.store.audit import note_change
from verspan.store.database import Database
from verspan.store.keys import chunks, known_keys
from verspan.store.tables import logged_models

_ROWS = artifacts.c
_NEWEST_FIRST = (_ROWS.path, _ROWS.logged_ms.desc(), _ROWS.artifact_key.desc())
_AFTER_SLASH: Final = "0"  # the character that follows the slash, so that paths below a folder are a range of the index


class SqlArtifacts:
    """The :class:`~verspan.artifacts.records.ArtifactRecords` of an SQL store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def log(self, model_id: str, artifacts: Sequence[Artifact]) -> Sequence[Artifact]:
        """Add to a version's manifest, all or none; returns those that were added."""
        with self._database.writing() as connection:
            return log_artifacts(connection, model_id, artifacts)

    def of(self, model_id: str, folder: str = "") -> Sequence[Artifact]:
        """The newest artifact of each path of a version, by path."""
        newest: dict[str, Artifact] = {}
        for artifact in self._found(_of_model(model_id).where(*_below(folder))):
            newest.setdefault(artifact.path, artifact)
        return list(newest.values())

    def history(self, model_id: str, path: str | None = None) -> Sequence[Artifact]:
        """Everything that was logged to a version, or under one path of it: by path, and the newest first."""
        statement = _of_model(model_id)
        return self._found(statement if path is None else statement.where(_ROWS.path == path))

    def _found(self, statement: Select[Any]) -> Sequence[Artifact]:
        with self._database.reading() as connection:
            return [_artifact(row) for row in connection.execute(statement)]


def log_artifacts(connection: Connection, model_id: str, logged: Sequence[Artifact]) -> Sequence[Artifact]:
    """Add to a version's manifest what is new to it, each with its entry in the audit log.

    Args:
        connection: one that may write.
        model_id: the version.
        logged: what was logged.

    Returns:
        Those that were added.

    Raises:
        NotFoundError: there is no such version.
    """
    keys = known_keys(connection, logged_models.c.model_id, logged_models.c.model_key, [model_id])
    if not keys:
        raise NotFoundError(
            f"there is no version {model_id!r} to log artifacts to. `verspan models` lists those there are."
        )
    known = _known(connection, keys[model_id], {artifact.path for artifact in logged})
    added = []
    for artifact in logged:
        others = known.setdefault(artifact.path, [])
        if _is_new(artifact, others):
            _note(connection, model_id, artifact, others)
            others.insert(0, artifact)
            added.append(artifact)
    if added:
        connection.execute(insert(artifacts), [_row(keys[model_id], artifact) for artifact in added])
    return added


def _is_new(artifact: Artifact, others: Sequence[Artifact]) -> bool:
    newest = bool(others) and (others[0].digest, others[0].root) == (artifact.digest, artifact.root)
    moment = (artifact.digest, artifact.logged_timestamp)
    return not newest and all((other.digest, other.logged_timestamp) != moment for other in others)


def _note(connection: Connection, model_id: str, artifact: Artifact, others: Sequence[Artifact]) -> None:
    before = _noted(others[0]) if others else None
    change = Change("artifact.log", "artifact", f"{model_id}/{artifact.path}", before, _noted(artifact))
    note_change(connection, change)


def _noted(artifact: Artifact) -> dict[str, Any]:
    return {"digest": artifact.digest, "size": artifact.size}


def _known(connection: Connection, model_key: int, paths: Iterable[str]) -> dict[str, list[Artifact]]:
    """What was logged under some paths of a version, by path, the newest first."""
    known: dict[str, list[Artifact]] = {}
    for some in chunks(paths):
        statement = select(artifacts).where(_ROWS.model_key == model_key, _ROWS.path.in_(some))
        for row in connection.execute(statement.order_by(*_NEWEST_FIRST)):
            known.setdefault(row.path, []).append(_artifact(row))
    return known


def _of_model(model_id: str) -> Select[Any]:
    key = select(logged_models.c.model_key).where(logged_models.c.model_id == model_id).scalar_subquery()
    return select(artifacts).where(_ROWS.model_key == key).order_by(*_NEWEST_FIRST)


def _below(folder: str) -> list[Any]:
    if not folder:
        return []
    inside = (_ROWS.path > f"{folder}/") & (_ROWS.path < folder + _AFTER_SLASH)
    return [or_(_ROWS.path == folder, inside)]


def _artifact(row: Row[Any]) -> Artifact:
    return Artifact(row.path, row.digest.hex(), row.size, row.media_type, row.logged_ms, row.root)


def _row(model_key: int, artifact: Artifact) -> dict[str, Any]:
    return {
        "model_key": model_key,
        "path": artifact.path,
        "digest": bytes.fromhex(artifact.digest),
        "size": artifact.size,
        "media_type": artifact.media_type,
        "root": artifact.root,
        "logged_ms": artifact.logged_timestamp,
    }
