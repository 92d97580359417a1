"""The tables of records, which people and programs change and which every change is noted of in the audit log.

Those of one subject stand beside the module that reads and writes them, and belong to the metadata here; what versions,
prompts and others keep of larger contents is in `blobs`. Keys, ids and times are as :mod:`verspan.store.tables` says.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table
from sqlalchemy.types import TypeEngine

# SQLite numbers rows by itself only where the primary key is exactly INTEGER.
KEY: TypeEngine[int] = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData()

blobs = Table(
    "blobs",
    metadata,
    Column("digest", LargeBinary, primary_key=True, comment="SHA-256 of the content"),
    Column("size", BigInteger, nullable=False, comment="bytes of the content"),
    Column("content", LargeBinary, nullable=False, comment="compressed, see verspan.store.compression"),
    comment="Contents that records refer to, each once; they are never overwritten.",
)
