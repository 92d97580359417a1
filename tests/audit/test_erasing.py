"""Who made a change, and what it was, can be erased for good, and the log stays whole."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timezone

import pytest
from tests.audit.logs import Log, tag

from verspan.audit.log import check_erasure, erase_from_audit_log, verify_audit_log
from verspan.audit.model import AuditQuery, Change, Erasure
from verspan.errors import InvalidArgumentError


def test_one_actor(ten: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that one actor did stays without who, from where, before and after; the rest stays whole."""
    monkeypatch.setenv("VERSPAN_ACTOR", "eve")
    ten.note(tag(11))
    done = erase_from_audit_log(actor="ada@example.com", reason="request 17")
    assert done == Erasure(10, 12)
    told, kept, erased, *_ = ten.store.audit.find(AuditQuery(), 20)
    assert (told.action, told.after) == ("audit.erase", {"erased": 10, "reason": "request 17"})
    assert (kept.actor, kept.after, kept.erased_by) == ("eve", {"stage": 11}, None)
    assert (erased.actor, erased.origin, erased.before, erased.after, erased.erased_by) == (None, None, None, None, 12)
    assert (erased.action, erased.subject_id) == ("model.tag", "m-10")
    found = verify_audit_log()
    assert (found.ok, found.entries, found.erased) == (True, 12, 10)


@pytest.mark.parametrize("value", [2**70, float("inf"), "\udcff", b"bytes", ("a", 1), {"\0": 1}, {1: 2}])
def test_values_that_json_does_not_have(log: Log, value: object) -> None:
    """A change of such a value is noted, comes back, is found by who made it, and is erased."""
    log.note(Change("model.tag", "model", "m-1", {"was": None}, {"is": value}))
    (entry,) = log.store.audit.find(AuditQuery(actor="ada@example.com"), 10)
    assert entry.before == {"was": None}
    assert entry.after is not None
    assert entry.after["is"] in (value, {"1": 2})  # names of members are text
    assert log.store.audit.erase(AuditQuery(actor="ada@example.com"), None).erased == 1
    assert log.verify().ok


def test_nothing_left_on_disk(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is erased is neither in the store's file nor in the log that SQLite keeps beside it."""
    monkeypatch.setenv("VERSPAN_ACTOR", "grace.hopper@example.com")
    log.note(
        *(Change("model.note", "model", f"m-{number}", None, {"note": "call Grace " * number}) for number in range(900))
    )
    log.database.close()
    log.store.audit.erase(AuditQuery(actor="grace.hopper@example.com"), None)
    monkeypatch.setenv("VERSPAN_ACTOR", "somebody")
    left = b"".join(path.read_bytes() for path in log.path.parent.glob("verspan.db*"))
    assert left.count(b"call Grace") == 0
    assert log.verify().ok


def test_erasures_are_erased(ten: Log) -> None:
    """An entry that tells of an erasure can be erased as any other."""
    audit = ten.store.audit
    assert audit.erase(AuditQuery(subject_id="m-3"), None) == Erasure(1, 11)
    assert audit.erase(AuditQuery(sequences=(11, 4)), None) == Erasure(2, 12)
    assert audit.erase(AuditQuery(until_ms=2**62), None) == Erasure(9, 13)
    found = ten.verify()
    assert (found.ok, found.erased) == (True, 12)


def test_nothing_to_erase(ten: Log) -> None:
    """Where nothing matches, or all that does is erased already, no entry is added."""
    assert ten.store.audit.erase(AuditQuery(actor="nobody"), None) == Erasure(0, None)
    ten.store.audit.erase(AuditQuery(subject_id="m-3"), None)
    assert ten.store.audit.erase(AuditQuery(subject_id="m-3"), None) == Erasure(0, None)
    assert ten.verify().entries == 11


def test_before(ten: Log) -> None:
    """Old entries are erased by their time."""
    assert erase_from_audit_log(before=datetime(2001, 1, 1, tzinfo=timezone.utc)) == Erasure(0, None)
    assert erase_from_audit_log(before=datetime(2201, 1, 1, tzinfo=timezone.utc)) == Erasure(10, 11)


def test_everything() -> None:
    """To erase without a condition is refused."""
    with pytest.raises(InvalidArgumentError, match="say what to erase"):
        check_erasure(AuditQuery())


def test_as_another_reads(ten: Log) -> None:
    """A reader that is at work does not keep anybody from erasing, and sees the log as it was."""
    with closing(ten.database), ten.store.audit.reading() as log:
        first = next(log.records)
        ten.store.audit.erase(AuditQuery(sequences=(2,)), None)
        assert first.link.sequence == 1
        assert all(record.contents for record in log.records)
    assert ten.verify().erased == 1
