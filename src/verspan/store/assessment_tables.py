"""The table of assessments."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, String, Table, text

from verspan.store.evidence_tables import metadata
from verspan.store.record_tables import KEY

assessments = Table(
    "assessments",
    metadata,
    Column("assessment_key", KEY, primary_key=True, comment="number within this store"),
    Column("assessment_id", String, nullable=False, unique=True, comment="a- and 32 hexadecimal digits"),
    Column("trace_id", LargeBinary, nullable=False, comment="16 bytes; the trace may not be in the store (yet)"),
    Column("span_id", LargeBinary, comment="8 bytes; NULL where it is about the whole trace"),
    Column("kind", String, nullable=False, comment="FEEDBACK or EXPECTATION"),
    Column("name", String, nullable=False, comment="what is judged or expected"),
    Column("value", LargeBinary, nullable=False, comment="JSON, see verspan.store.encoding"),
    Column("rationale", String, comment="why"),
    Column("error_code", String, comment="what kept a judgement from being made; NULL where there is one"),
    Column("error_message", String, comment="more of that"),
    Column("source_type", String, nullable=False, comment="HUMAN, CODE or LLM_JUDGE"),
    Column("source_id", String, nullable=False, comment="the person, the scorer or the judge's model"),
    Column("metadata", LargeBinary, comment="JSON object of texts; NULL where it is empty"),
    Column("created_ms", BigInteger, nullable=False, comment="when it was given"),
    Column("run_id", String, comment="the evaluation run that it came from"),
    Column("overrides", String, comment="the id of the assessment that it takes the place of"),
    Column("valid", Boolean, nullable=False, comment="false once another has taken its place, or it was withdrawn"),
    Index("assessments_by_trace", "trace_id"),
    Index("assessments_by_run", "run_id", "name", sqlite_where=text("run_id IS NOT NULL")),
    Index("assessments_by_name", "name", "source_type"),
    comment="What was found of traces or is expected of them; rows are only added, and only `valid` ever changes.",
)
