"""The tables of captures: the states in which versions were seen, and what they were by their traces."""

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

seen_calls = Table(
    "seen_calls",
    metadata,
    Column("model_key", KEY, primary_key=True, comment="the version"),
    Column("digest", String, primary_key=True, comment="SHA-256 of the document, 64 hexadecimal digits"),
    Column("document", String, nullable=False, comment="JSON: model, parameters, digests of tools and instructions"),
    Column("first_seen_ns", BigInteger, nullable=False, comment="when the first such call began"),
    Column("last_seen_ns", BigInteger, nullable=False, comment="when the last such call began"),
    comment="The ways in which versions were seen to call models, at most 200 of each.",
    sqlite_with_rowid=False,
)
