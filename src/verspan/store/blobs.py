"""Contents that records refer to by their SHA-256, each kept once."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, insert, select

from verspan.store.compression import Compressor, decompress
from verspan.store.record_tables import blobs


def keep_blob(connection: Connection, content: bytes) -> str:
    """Keep a content, unless it is kept already.

    Args:
        connection: one that may write.
        content: a patch, a lock, a template: what is small enough to be read as a whole.

    Returns:
        Its SHA-256, as 64 hexadecimal digits.
    """
    digest = hashlib.sha256(content).digest()
    known = connection.execute(select(blobs.c.size).where(blobs.c.digest == digest)).one_or_none()
    if known is None:
        packed = Compressor({}).compress(content)
        connection.execute(insert(blobs), {"digest": digest, "size": len(content), "content": packed})
    return digest.hex()


def read_blob(connection: Connection, digest: str) -> bytes | None:
    """The content with a SHA-256, given as 64 hexadecimal digits; None where it is not kept."""
    statement = select(blobs.c.content).where(blobs.c.digest == bytes.fromhex(digest))
    packed = connection.execute(statement).scalar_one_or_none()
    return None if packed is None else decompress(packed, {})
