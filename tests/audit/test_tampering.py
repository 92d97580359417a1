"""Whatever is done to the log behind Verspan's back shows, and the first bad entry is named."""

from __future__ import annotations

import pytest
from tests.audit.logs import Log, tag

from verspan.audit.model import Anchor, AuditQuery

_SWAP = (
    "UPDATE {table} SET sequence = -3 WHERE sequence = 3",
    "UPDATE {table} SET sequence = 3 WHERE sequence = 6",
    "UPDATE {table} SET sequence = 6 WHERE sequence = -3",
)


def test_untouched(ten: Log) -> None:
    """A log that nobody touched is whole, and its head is the anchor of a later check."""
    found = ten.verify()
    assert (found.ok, found.entries, found.erased, found.head.count) == (True, 10, 0, 10)
    ten.note(tag(11))
    assert ten.verify(found.head).ok


def test_empty(log: Log) -> None:
    """A log without entries is whole."""
    assert log.verify().ok


@pytest.mark.parametrize(
    ("statement", "sequence", "what"),
    [
        ("UPDATE audit_entries SET action = 'model.note' WHERE sequence = 4", 4, "it was altered"),
        ("UPDATE audit_entries SET timestamp = timestamp + 1 WHERE sequence = 10", 10, "it was altered"),
        ("UPDATE audit_entries SET subject_id = 'm-0' WHERE sequence = 1", 1, "it was altered"),
        ("UPDATE audit_entries SET hash = previous WHERE sequence = 2", 2, "it was altered"),
        ("UPDATE audit_contents SET contents = replace(contents, 'ada', 'eve') WHERE sequence = 5", 5, "its contents"),
        ("UPDATE audit_contents SET salt = x'00' WHERE sequence = 5", 5, "its contents were altered"),
        ("UPDATE audit_contents SET salt = 'text' WHERE sequence = 5", 5, "of types that no entry has"),
        ("UPDATE audit_contents SET contents = x'00' WHERE sequence = 5", 5, "of types that no entry has"),
        ("UPDATE audit_entries SET timestamp = x'00' WHERE sequence = 5", 5, "of types that no entry has"),
        ("UPDATE audit_contents SET contents = NULL, salt = NULL WHERE sequence = 5", 5, "no erasure tells of it"),
        ("UPDATE audit_contents SET contents = NULL, erased_by = 7 WHERE sequence = 5", 5, "which is to tell why"),
        ("UPDATE audit_contents SET contents = NULL, erased_by = 70 WHERE sequence = 5", 5, "no entry 70"),
        ("UPDATE audit_contents SET contents = NULL, erased_by = 5 WHERE sequence = 5", 5, "no erasure tells of it"),
        ("UPDATE audit_contents SET erased_by = 9 WHERE sequence = 5", 5, "its contents are there"),
        ("DELETE FROM audit_contents WHERE sequence = 8", 8, "no erasure tells of it"),
        ("DELETE FROM audit_entries WHERE sequence = 1", 1, "entry 1 is not where"),
        ("DELETE FROM audit_entries WHERE sequence IN (4, 5)", 4, "entries 4 to 5 are not where"),
        ("DELETE FROM audit_entries WHERE sequence > 8", 9, "entries 9 to 10 are missing"),
        ("DELETE FROM audit_entries", 1, "entries 1 to 10 are missing"),
        ("DELETE FROM audit_head", 1, "ends with entry 0"),
        ("UPDATE audit_head SET hash = 'f'", 10, "entries were added or replaced by hand"),
    ],
)
def test_altered(ten: Log, statement: str, sequence: int, what: str) -> None:
    """An edit of any column, a missing entry and a cut off end show, at the first entry that they touch."""
    ten.tamper(statement)
    found = ten.problem()
    assert (found[0], what in found[1]) == (sequence, True), found


def test_swapped(ten: Log) -> None:
    """Two entries that changed places with all they hold show at the first of the two."""
    ten.tamper(*(each.format(table=table) for table in ("audit_entries", "audit_contents") for each in _SWAP))
    assert ten.problem()[0] == 3


def test_inserted(ten: Log) -> None:
    """An entry that is put between others, or behind them without the log's head, shows."""
    ten.tamper(
        "INSERT INTO audit_entries SELECT 11, timestamp, action, subject_kind, subject_id, contents_digest, previous,"
        " hash FROM audit_entries WHERE sequence = 10",
        "INSERT INTO audit_contents SELECT 11, salt, contents, NULL FROM audit_contents WHERE sequence = 10",
    )
    assert ten.problem()[0] == 11
    ten.rewrite(11, previous=ten.verify().head.hash)
    sequence, what = ten.problem()
    assert (sequence, "entries were added or replaced by hand" in what) == (11, True)


def test_own_hash_computed_anew(ten: Log) -> None:
    """An entry that was altered together with its own hash shows by the one after it."""
    ten.rewrite(4, subject_id="m-0")
    sequence, what = ten.problem()
    assert sequence == 4
    assert "entry 5 was written after" in what


def test_last_hash_computed_anew(ten: Log) -> None:
    """The last entry shows by the head, where it was altered together with its own hash."""
    ten.rewrite(10, subject_id="m-0")
    assert ten.problem()[0] == 10


def test_written_anew(ten: Log) -> None:
    """A log that was written anew from one entry on, its head included, shows by an anchor and by nothing else."""
    anchor = ten.verify().head
    previous = ten.rewrite(6, subject_id="m-0")
    for sequence in range(7, 11):
        previous = ten.rewrite(sequence, previous=previous)
    ten.tamper(f"UPDATE audit_head SET hash = '{previous}'")  # noqa: S608 - ours
    assert ten.verify().ok
    sequence, what = ten.problem(anchor)
    assert (sequence, "the log was written anew" in what) == (10, True)


def test_cut_off_with_the_head(ten: Log) -> None:
    """A log that was cut off and whose head was set back shows by an anchor of before, and not by an earlier one."""
    whole = ten.verify().head
    ten.tamper("DELETE FROM audit_entries WHERE sequence > 8", "DELETE FROM audit_contents WHERE sequence > 8")
    with ten.store.audit.reading() as log:
        earlier = [Anchor(record.link.sequence, record.hash) for record in log.records][-1]
    ten.tamper(f"UPDATE audit_head SET count = 8, hash = '{earlier.hash}'")  # noqa: S608 - ours
    assert ten.verify(earlier).ok
    assert ten.problem(whole) == (9, "entries 9 to 10 are missing: the log was cut off at its end")


def test_goes_on(ten: Log) -> None:
    """A log that was tampered with takes further entries, so that applications go on, and stays known as such."""
    for statement in (
        "DELETE FROM audit_entries WHERE sequence > 8",
        "DELETE FROM audit_head",
        "INSERT INTO audit_entries VALUES (99, 1, 'a', 'b', 'c', 'd', 'e', 'f')",
    ):
        ten.tamper(statement)
        ten.note(tag(1))
        assert not ten.verify().ok


@pytest.mark.parametrize("contents", ["'nonsense'", "x'00'", "7", "'[]'", "'{}'", """'{"actor": 1, "origin": 2}'"""])
def test_listed_all_the_same(ten: Log, contents: str) -> None:
    """An entry whose contents cannot be read is listed without them."""
    ten.tamper(f"UPDATE audit_contents SET contents = {contents} WHERE sequence = 10")  # noqa: S608 - ours
    (entry,) = ten.store.audit.find(AuditQuery(), 1)
    assert (entry.action, entry.actor, entry.after) == ("model.tag", None, None)
    assert ten.problem()[0] == 10


def test_later_erasure(ten: Log) -> None:
    """Contents that are taken away later are not covered by an erasure of others."""
    ten.store.audit.erase(AuditQuery(sequences=(2,)), None)
    ten.tamper("UPDATE audit_contents SET salt = NULL, contents = NULL, erased_by = 11 WHERE sequence = 5")
    assert ten.problem()[0] == 11
