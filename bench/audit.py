"""The audit log: what it adds to a change, and how long it takes to check, export and check again what was exported.

    python bench/audit.py [ENTRIES]

Processor time is measured; memory is by how much the process's peak rises while the log is checked.
"""

from __future__ import annotations

import multiprocessing
import resource
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import insert

from verspan.audit.chain import GENESIS, SALT_BYTES, Link, contents_digest
from verspan.audit.log import export_records, verify_file, verify_records
from verspan.audit.model import Change, Verification
from verspan.audit.verification import say_nothing
from verspan.store.audit import note_change
from verspan.store.audit_tables import audit_contents, audit_entries, audit_head
from verspan.store.database import Database
from verspan.store.opening import open_store
from verspan.store.statements import Statement

ENTRIES = 1_000_000
NOTED = 5_000
CONTENTS = (
    '{"actor":"ada@example.com","origin":{"host":"worker-7","program":"app.py","pid":4711,"working_directory":"/srv/app",'
    '"interface":"API"},"before":{"stage":"staging"},"after":{"stage":"production"}}'
)


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    entries = int(arguments[0]) if arguments else ENTRIES
    with tempfile.TemporaryDirectory() as name:
        for row in rows(Path(name), entries):
            print("{:44} {:>16} {:>16}".format(*row))


def rows(folder: Path, entries: int) -> Iterator[tuple[str, str, str]]:
    """A row of each figure: what it is, its value, and what it is of each entry."""
    path = folder / "verspan.db"
    with closing(open_store(f"sqlite:///{path}")) as store:
        yield "a change's entry, in its transaction", "", f"{noting_us(path):.0f} µs"
        filling = multiprocessing.get_context("spawn").Process(target=fill, args=(path, entries))
        filling.start()  # in a process of its own, since it takes more memory than what is measured
        filling.join()
        before = peak_mb()
        took = processor_s(lambda: checked(verify_records(store.location, store.audit, (), say_nothing), entries))
        yield f"check {entries:,} entries", f"{took:.1f} s", f"{took / entries * 1e6:.1f} µs"
        yield "    memory that this takes", f"{peak_mb() - before:.0f} MB", ""
        exported = folder / "audit.jsonl"
        took = processor_s(lambda: export_records(store.audit, exported))
        yield "export them", f"{took:.1f} s", f"{exported.stat().st_size / entries:.0f} B"
        took = processor_s(lambda: checked(verify_file(exported, (), say_nothing), entries))
        yield "check the exported file", f"{took:.1f} s", f"{took / entries * 1e6:.1f} µs"


def noting_us(path: Path) -> float:
    """Microseconds that an entry takes whoever changes a record."""
    with closing(Database(path, lock_timeout_s=30)) as database, database.writing() as connection:
        took = processor_s(
            lambda: [
                note_change(connection, Change("model.tag", "model", f"m-{number}", None, {"stage": "production"}))
                for number in range(NOTED)
            ]
        )
    return took / NOTED * 1e6


def fill(path: Path, entries: int) -> None:
    """Replace the log by one of so many entries, written many at once."""
    salt = secrets.token_bytes(SALT_BYTES)
    digest = contents_digest(salt, CONTENTS)
    with closing(Database(path, lock_timeout_s=30)) as database, database.writing() as connection:
        for table in (audit_entries, audit_contents, audit_head):
            connection.execute(table.delete())
        previous = GENESIS
        for first in range(1, entries + 1, 10_000):
            links = []
            for sequence in range(first, min(first + 10_000, entries + 1)):
                links.append(
                    Link(sequence, sequence, "model.tag", "model", f"m-{sequence % 1000:032x}", digest, previous)
                )
                previous = links[-1].hash
            Statement(insert(audit_entries)).run_for_each(connection, map(_entry, links))
            Statement(insert(audit_contents)).run_for_each(
                connection, ((link.sequence, salt, CONTENTS, None) for link in links)
            )
        connection.execute(insert(audit_head), {"head_key": 1, "count": entries, "hash": previous})


def _entry(link: Link) -> tuple[int | str, ...]:
    return (
        link.sequence,
        link.timestamp,
        link.action,
        link.subject_kind,
        link.subject_id,
        link.contents_digest,
        link.previous,
        link.hash,
    )


def checked(found: Verification, entries: int) -> None:
    """Be sure that the whole log was checked and is whole."""
    assert (found.ok, found.entries) == (True, entries)


def processor_s(action: Callable[[], object]) -> float:
    """Seconds of processor time that an action takes."""
    start = time.process_time()
    action()
    return time.process_time() - start


def peak_mb() -> float:
    """The most memory that the process has had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


if __name__ == "__main__":
    main(sys.argv[1:])
