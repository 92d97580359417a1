"""The table of artifacts: the manifests of versions."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table

from verspan.store.record_tables import KEY, metadata

artifacts = Table(
    "artifacts",
    metadata,
    Column("artifact_key", KEY, primary_key=True, comment="number within this store"),
    Column("model_key", KEY, nullable=False, comment="the version that it was logged to"),
    Column("path", String, nullable=False, comment="its path in the version, with / between folders"),
    Column("digest", LargeBinary, nullable=False, comment="SHA-256 of the content"),
    Column("size", BigInteger, nullable=False, comment="bytes of the content"),
    Column("media_type", String, nullable=False, comment="what kind of content it is"),
    Column("root", String, comment="URL of the artifact root that has it; NULL for the folder beside the store"),
    Column("logged_ms", BigInteger, nullable=False, comment="when it was logged"),
    Index("artifacts_by_model", "model_key", "path", "logged_ms", "artifact_key"),
    comment="Contents that were logged under a path of a version; the newest of a path counts, none is overwritten.",
)
