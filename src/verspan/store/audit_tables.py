"""The tables of the audit log. What may be erased is in `audit_contents`; the rest is only ever added to."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table
from sqlalchemy.types import TypeEngine

from verspan.store.record_tables import metadata

_SEQUENCE: TypeEngine[int] = BigInteger().with_variant(Integer, "sqlite")

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("sequence", _SEQUENCE, primary_key=True, comment="place in the log, from 1 on and without gaps"),
    Column(
        "timestamp", BigInteger, nullable=False, comment="when the change was made, in milliseconds since the epoch"
    ),
    Column("action", String, nullable=False, comment="what was done, such as model.tag"),
    Column("subject_kind", String, nullable=False, comment="what it was done to: model, prompt, deployment, …"),
    Column("subject_id", String, nullable=False, comment="which one"),
    Column("contents_digest", String, nullable=False, comment="SHA-256 of salt and contents, 64 hexadecimal digits"),
    Column("previous", String, nullable=False, comment="hash of the entry before; zeros for the first"),
    Column("hash", String, nullable=False, comment="SHA-256 of the columns before, see verspan.audit.chain"),
    Index("audit_by_subject", "subject_kind", "subject_id"),
    comment="Changes of records, each chained to the one before.",
)

audit_contents = Table(
    "audit_contents",
    metadata,
    Column("sequence", _SEQUENCE, primary_key=True, comment="the entry"),
    Column("salt", LargeBinary, comment="16 random bytes; NULL once erased"),
    Column("contents", String, comment="JSON of actor, origin, before and after; NULL once erased"),
    Column("erased_by", _SEQUENCE, comment="the entry that tells of the erasure"),
    comment="What may be erased of the entries without breaking the chain.",
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("head_key", Integer, primary_key=True, comment="1"),
    Column("count", BigInteger, nullable=False, comment="entries that there are"),
    Column("hash", String, nullable=False, comment="hash of the last of them"),
    comment="The end of the audit log, by which one that was cut off is known.",
)
