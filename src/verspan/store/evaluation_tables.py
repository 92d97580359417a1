"""The tables of evaluations: their runs, and what came of each row."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table
from sqlalchemy.types import TypeEngine

from verspan.store.evidence_tables import metadata

_KEY: TypeEngine[int] = BigInteger().with_variant(Integer, "sqlite")

evaluation_runs = Table(
    "evaluation_runs",
    metadata,
    Column("run_key", _KEY, primary_key=True, comment="number within this store"),
    Column("run_id", String, nullable=False, unique=True, comment="run- and 32 hexadecimal digits"),
    Column("name", String, nullable=False, comment="for people"),
    Column("model_id", String, comment="the version that was evaluated; it may be unknown here"),
    Column("dataset_name", String, nullable=False, comment="the dataset"),
    Column("dataset_digest", String, nullable=False, comment="its version"),
    Column("started_ms", BigInteger, nullable=False, comment="when it began"),
    Column("document", LargeBinary, nullable=False, comment="the whole run, as JSON"),
    Index("evaluation_runs_by_model", "model_id", "started_ms"),
    Index("evaluation_runs_by_dataset", "dataset_name", "dataset_digest", "started_ms"),
    comment="Evaluations of versions, and how far they have come.",
)

evaluation_rows = Table(
    "evaluation_rows",
    metadata,
    Column("run_key", _KEY, primary_key=True, comment="the run"),
    Column("row_id", String, primary_key=True, comment="the dataset's row"),
    Column("trial", Integer, primary_key=True, comment="which time it was answered, from 0 on"),
    Column("scored", Boolean, nullable=False, comment="whether scoring has ended; only then it never changes"),
    Column("document", LargeBinary, nullable=False, comment="what came of it, as JSON"),
    comment="What came of each row of a run; never changed, but that an answer gets its scores.",
    sqlite_with_rowid=False,
)
