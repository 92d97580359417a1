"""The tables of what was live when: what people said of it, and what traffic shows."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table
from sqlalchemy.types import TypeEngine

from verspan.store.record_tables import metadata

_KEY: TypeEngine[int] = BigInteger().with_variant(Integer, "sqlite")

deployment_events = Table(
    "deployment_events",
    metadata,
    Column("event_key", _KEY, primary_key=True, comment="number within this store"),
    Column("environment", String, nullable=False, comment="where: production, staging, …"),
    Column("at_ms", BigInteger, nullable=False, comment="from when on it is so"),
    Column("kind", String, nullable=False, comment="DEPLOY, ALONGSIDE or UNDEPLOY"),
    Column("model_key", _KEY, nullable=False, comment="the version"),
    Column("note", String, comment="what was said of it"),
    Column("entry", _KEY, nullable=False, comment="its entry in the audit log, which says by whom"),
    Index("deployments_by_environment", "environment", "at_ms"),
    comment="The ledger of deployments: what was done; rows are only added, and what was live is worked out from them.",
)

version_traffic = Table(
    "version_traffic",
    metadata,
    Column("environment", String, primary_key=True, comment="deployment.environment.name; empty where none is told"),
    Column("hour", Integer, primary_key=True, comment="hours since the epoch"),
    Column("model_key", _KEY, primary_key=True, comment="the version"),
    Column("spans", BigInteger, nullable=False, comment="spans that started in the hour"),
    Column("calls", BigInteger, nullable=False, comment="of these, calls of models"),
    Column("first_ns", BigInteger, nullable=False, comment="start of the earliest"),
    Column("last_ns", BigInteger, nullable=False, comment="start of the latest"),
    comment="Which versions were seen in which environment, kept as spans are stored.",
    sqlite_with_rowid=False,
)
