"""The tables of captures: the states in which versions were seen."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, LargeBinary, String, Table

from verspan.store.record_tables import KEY, metadata

captures = Table(
    "captures",
    metadata,
    Column("capture_key", KEY, primary_key=True, comment="number within this store"),
    Column("capture_id", String, nullable=False, unique=True, comment="c- and 32 hexadecimal digits"),
    Column("fingerprint", String, nullable=False, comment="SHA-256 of what makes it another state"),
    Column("manifest", LargeBinary, nullable=False, comment="SHA-256 of the document in blobs that tells of all of it"),
    comment="States of code and of what it runs in, each once.",
)

model_captures = Table(
    "model_captures",
    metadata,
    Column("model_key", KEY, primary_key=True, comment="the version"),
    Column("capture_key", KEY, primary_key=True, comment="the state that it was seen in"),
    Column("first_seen_ms", BigInteger, nullable=False, comment="when it was first seen in it"),
    Column("last_seen_ms", BigInteger, nullable=False, comment="when it was last seen in it"),
    comment="Which version was seen in which state.",
    sqlite_with_rowid=False,
)
