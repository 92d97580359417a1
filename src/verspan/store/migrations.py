"""Versions of the schema and the functions that lead from one to the next.

==  ===================================================================
 1  the first: versions, traces, spans, bodies, word index, roll-ups
 2  records: what is kept of versions besides, and the audit log
 3  evidence: assessments, datasets, evaluation runs
 4  counted once: which spans are in the sums, and what waits for a parent
==  ===================================================================

A version's function is never changed once a release has it, since stores have been made by it; a new version is a new
function at the end of the list, and `tables` says what all of them together come to.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import Connection, func, insert, select

from verspan.store import (  # noqa: F401 - tables are known once imported
    artifact_tables,
    assessment_tables,
    audit_tables,
    capture_tables,
    dataset_tables,
    deployment_tables,
    evaluation_tables,
    evidence_tables,
    model_tables,
    prompt_tables,
    record_tables,
    search,
    tables,
)
from verspan.store.counting_migration import count_kept
from verspan.store.failures import too_new
from verspan.store.model_migration import part_models
from verspan.store.statements import Statement
from verspan.store.traffic import add_earlier_traffic

Migration = Callable[[Connection], None]


def _first_schema(connection: Connection) -> None:
    tables.metadata.create_all(connection)
    search.create_index(connection)


def _records(connection: Connection) -> None:
    record_tables.metadata.create_all(connection)
    part_models(connection)
    add_earlier_traffic(connection)


def _evidence(connection: Connection) -> None:
    evidence_tables.metadata.create_all(connection)


MIGRATIONS: Sequence[Migration] = (_first_schema, _records, _evidence, count_kept)


def schema_version(connection: Connection) -> int:
    """The version of the schema that the store has."""
    ((version,),) = _NEWEST.rows(connection)
    return version or 0


_NEWEST = Statement(select(func.max(tables.schema_version.c.version)))  # asked whenever a store is opened


def migrate(connection: Connection, path: Path, migrations: Sequence[Migration]) -> None:
    """Bring a store to the newest version of the schema, inside the transaction of a connection that may write.

    Args:
        connection: it holds the write lock, so that of several processes one migrates and the others find it done.
        path: the store's place, for the message.
        migrations: the function of each version, from 1 on.

    Raises:
        StoreTooNewError: the store has a version that is not among them.
    """
    tables.schema_version.create(connection, checkfirst=True)
    present = schema_version(connection)
    if present > len(migrations):
        raise too_new(path, present, len(migrations))
    for version, migration in enumerate(migrations[present:], start=present + 1):
        migration(connection)
        applied = {"version": version, "applied_ms": time.time_ns() // 1_000_000}
        connection.execute(insert(tables.schema_version), applied)
