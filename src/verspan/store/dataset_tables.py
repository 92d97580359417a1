"""The tables of datasets."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table

from verspan.store.evidence_tables import metadata
from verspan.store.record_tables import KEY

dataset_versions = Table(
    "dataset_versions",
    metadata,
    Column("version_key", KEY, primary_key=True, comment="number within this store"),
    Column("name", String, nullable=False, comment="the dataset's name"),
    Column("digest", LargeBinary, nullable=False, comment="SHA-256 over the rows, see verspan.datasets.model"),
    Column("row_count", Integer, nullable=False, comment="how many rows it has"),
    Column("tags", LargeBinary, comment="JSON object of texts; NULL where it is empty"),
    Column("created_ms", BigInteger, nullable=False, comment="when it was first kept"),
    Index("datasets_by_name", "name", "digest", unique=True),
    comment="Versions of datasets; rows are only added.",
)

dataset_rows = Table(
    "dataset_rows",
    metadata,
    Column("digest", LargeBinary, primary_key=True, comment="SHA-256 of the content before compression"),
    Column(
        "content", LargeBinary, nullable=False, comment="canonical JSON, compressed, see verspan.datasets.canonical"
    ),
    comment="Rows of datasets, each once however many versions have it; they are never overwritten.",
    sqlite_with_rowid=False,
)

dataset_version_rows = Table(
    "dataset_version_rows",
    metadata,
    Column("version_key", KEY, primary_key=True, comment="the version"),
    Column("position", Integer, primary_key=True, comment="the row's place in it, from 0 on"),
    Column("row_digest", LargeBinary, nullable=False, comment="the row"),
    Column("source", LargeBinary, comment="JSON: where the row of this version came from"),
    comment="Which rows a version of a dataset has, in the order in which they were given.",
    sqlite_with_rowid=False,
)
