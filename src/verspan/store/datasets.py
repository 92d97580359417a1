"""Datasets in the store's tables."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from verspan.audit.model import Change
from verspan.datasets.canonical import row_content, row_of_content, source_content, source_of_content
from verspan.datasets.model import Dataset
from verspan.datasets.records import DatasetVersion
from verspan.errors import NotFoundError
from verspan.store.audit import note_change
from verspan.store.compression import Compressor, decompress
from verspan.store.database import Database
from verspan.store.dataset_tables import dataset_rows, dataset_version_rows, dataset_versions
from verspan.store.encoding import from_json, to_json

_VERSIONS = dataset_versions.c
_ROWS = dataset_rows.c
_OF_VERSION = dataset_version_rows.c


class SqlDatasets:
    """The :class:`~verspan.datasets.records.DatasetRecords` of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, dataset: Dataset) -> Dataset:
        """Keep a version of a dataset, unless it is there already."""
        contents = [row_content(row) for row in dataset.rows]  # outside the transaction: others may write meanwhile
        compress = Compressor({}).compress
        rows = [{"digest": hashlib.sha256(each).digest(), "content": compress(each)} for each in contents]
        with self._database.writing() as connection:
            kept = _with_digest(connection, dataset.name, dataset.digest)
            if kept:
                return _loaded(connection, kept[0])
            created_ms = time.time_ns() // 1_000_000 if dataset.created_ms is None else dataset.created_ms
            _add(connection, dataset, rows, created_ms)
        return replace(dataset, created_ms=created_ms)

    def load(self, name: str, digest: str | None = None) -> Dataset:
        """A version by its digest or the beginning of one; the newest where it is None."""
        with self._database.reading() as connection:
            found = _with_digest(connection, name, digest or "")
            if not found:
                raise NotFoundError(_not_there(name, digest))
            if digest is not None and len(found) > 1:
                raise NotFoundError(f"{digest!r} begins the digests of several versions of {name!r}: give more of one")
            return _loaded(connection, found[0])

    def versions(self, name: str | None = None) -> Sequence[DatasetVersion]:
        """The versions of one dataset or of all, newest first."""
        statement = select(dataset_versions).order_by(_VERSIONS.created_ms.desc(), _VERSIONS.version_key.desc())
        if name is not None:
            statement = statement.where(_VERSIONS.name == name)
        with self._database.reading() as connection:
            return [
                DatasetVersion(row.name, row.digest.hex(), row.row_count, row.created_ms)
                for row in connection.execute(statement)
            ]


def _add(connection: Connection, dataset: Dataset, rows: Sequence[dict[str, Any]], created_ms: int) -> None:
    version = {
        "name": dataset.name,
        "digest": bytes.fromhex(dataset.digest),
        "row_count": len(rows),
        "tags": to_json(dict(dataset.tags)) if dataset.tags else None,
        "created_ms": created_ms,
    }
    (key,) = connection.execute(insert(dataset_versions).returning(_VERSIONS.version_key), version).one()
    connection.execute(upsert(dataset_rows).on_conflict_do_nothing(index_elements=[_ROWS.digest]), rows)
    members = [
        {"version_key": key, "position": at, "row_digest": row["digest"], "source": source_content(each.source)}
        for at, (row, each) in enumerate(zip(rows, dataset.rows, strict=True))
    ]
    connection.execute(insert(dataset_version_rows), members)
    told = {"digest": dataset.digest, "rows": len(rows)}
    note_change(connection, Change("dataset.keep", "dataset", dataset.name, after=told))


def _with_digest(connection: Connection, name: str, beginning: str) -> Sequence[Row[Any]]:
    """The versions whose digest begins so, newest first."""
    statement = (
        select(dataset_versions)
        .where(_VERSIONS.name == name)
        .where(func.lower(func.hex(_VERSIONS.digest)).startswith(beginning.lower(), autoescape=True))
        .order_by(_VERSIONS.created_ms.desc(), _VERSIONS.version_key.desc())
    )
    return connection.execute(statement).all()


def _loaded(connection: Connection, version: Row[Any]) -> Dataset:
    statement = (
        select(_ROWS.content, _OF_VERSION.source)
        .join_from(dataset_version_rows, dataset_rows, _OF_VERSION.row_digest == _ROWS.digest)
        .where(_OF_VERSION.version_key == version.version_key)
        .order_by(_OF_VERSION.position)
    )
    return Dataset(
        name=version.name,
        digest=version.digest.hex(),
        rows=[
            row_of_content(decompress(row.content, {}), source_of_content(row.source))
            for row in connection.execute(statement)
        ],
        created_ms=version.created_ms,
        tags={} if version.tags is None else from_json(version.tags),
    )


def _not_there(name: str, digest: str | None) -> str:
    of = "" if digest is None else f" whose digest begins {digest!r}"
    return f"the store has no dataset {name!r}{of}: `verspan datasets` lists those it has"
