"""The tables of what versions have besides their row in `logged_models`, as rows that a search finds by an index."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, String, Table, text

from verspan.store.record_tables import KEY, metadata

model_params = Table(
    "model_params",
    metadata,
    Column("model_key", KEY, primary_key=True, comment="the version"),
    Column("name", String, primary_key=True, comment="the parameter's name"),
    Column("value", String, nullable=False, comment="its value, which stays once the version is READY"),
    Index("model_params_by_value", "name", "value"),
    comment="Parameters of versions.",
    sqlite_with_rowid=False,
)

model_tags = Table(
    "model_tags",
    metadata,
    Column("model_key", KEY, primary_key=True, comment="the version"),
    Column("name", String, primary_key=True, comment="the tag's name"),
    Column("value", String, nullable=False, comment="its value"),
    Index("model_tags_by_value", "name", "value"),
    comment="Tags of versions.",
    sqlite_with_rowid=False,
)

model_metrics = Table(
    "model_metrics",
    metadata,
    Column("model_key", KEY, primary_key=True, comment="the version"),
    Column("name", String, primary_key=True, comment="the metric's name"),
    Column("dataset_name", String, primary_key=True, comment="the data that it was measured on; empty for none"),
    Column("timestamp_ms", BigInteger, primary_key=True, comment="when it was measured"),
    Column("step", BigInteger, primary_key=True, comment="which of several measurements of a moment"),
    Column("value", Float, nullable=False, comment="a finite number"),
    Column(
        "newest", Boolean, nullable=False, comment="whether it is what a search looks at: the last, by time and step"
    ),
    Index("model_metrics_by_value", "name", "value", sqlite_where=text("newest = 1")),
    comment="Metrics of versions, each measurement.",
    sqlite_with_rowid=False,
)

model_fingerprints = Table(
    "model_fingerprints",
    metadata,
    Column("model_key", KEY, primary_key=True, comment="the version"),
    Column("fingerprint", String, primary_key=True, comment="a state of code and parameters"),
    Column("first_seen_ms", BigInteger, nullable=False, comment="when that state was first recorded under the name"),
    comment="States that were recorded under one version's name; more than one is worth a warning.",
    sqlite_with_rowid=False,
)

model_aliases = Table(
    "model_aliases",
    metadata,
    Column("experiment_key", KEY, primary_key=True, comment="the experiment"),
    Column("alias", String, primary_key=True, comment="a name such as champion"),
    Column("model_key", KEY, nullable=False, comment="the version that it stands for at present"),
    Index("model_aliases_by_model", "model_key"),
    comment="Names that an experiment gives one of its versions, and later another.",
    sqlite_with_rowid=False,
)

model_alias_moves = Table(
    "model_alias_moves",
    metadata,
    Column("move_key", KEY, primary_key=True, comment="number within this store"),
    Column("experiment_key", KEY, nullable=False, comment="the experiment"),
    Column("alias", String, nullable=False, comment="the alias"),
    Column("from_model_key", KEY, comment="the version that it stood for; NULL for none"),
    Column("to_model_key", KEY, comment="the version that it stands for since; NULL for none"),
    Column("moved_ms", BigInteger, nullable=False, comment="when it was moved"),
    Column("sequence", KEY, nullable=False, comment="the entry of the audit log, which knows who moved it"),
    Index("model_alias_moves_by_alias", "experiment_key", "alias"),
    comment="Where aliases have been.",
)
