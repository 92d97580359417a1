"""The log for applications."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import asdict
from datetime import datetime, timedelta, timezone

import pytest
from tests.audit.logs import Log, tag

import verspan
from verspan.audit.chain import GENESIS, Link, Record, contents_digest
from verspan.audit.model import Anchor, AuditQuery, Change, Verification
from verspan.audit.verification import verify
from verspan.errors import InvalidArgumentError
from verspan.store.audit import note_change

_NOW = datetime.now(timezone.utc)


def test_newest_first(ten: Log) -> None:
    """Changes come newest first, as many as are asked for, with what was before and after."""
    newest, other = verspan.audit_log(max_results=2)
    assert (newest.sequence, other.sequence) == (10, 9)
    assert (newest.before, newest.after) == ({"stage": None}, {"stage": 10})


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"action": "model"}, 10),
        ({"action": "model.tag"}, 10),
        ({"action": "model.t"}, 0),
        ({"action": "prompt"}, 1),
        ({"subject_kind": "prompt"}, 1),
        ({"subject_id": "m-7"}, 1),
        ({"actor": "ada@example.com"}, 11),
        ({"actor": "ada"}, 0),
        ({"since": _NOW - timedelta(hours=1)}, 11),
        ({"until": _NOW - timedelta(hours=1)}, 0),
        ({"subject_id": "m-7", "action": "prompt"}, 0),
    ],
)
def test_conditions(ten: Log, condition: dict[str, object], expected: int) -> None:
    """Every condition that is given must match; an action stands for all below it."""
    ten.note(Change("prompt.register", "prompt", "greeting"))
    assert len(verspan.audit_log(**condition)) == expected  # type: ignore[arg-type]  # each is of its argument's type


def test_at_least_one() -> None:
    """To ask for no entry is refused."""
    with pytest.raises(InvalidArgumentError, match="max_results=0"):
        verspan.audit_log(max_results=0)


def test_rolled_back_with_its_change(log: Log) -> None:
    """A change that does not come to be leaves no entry."""
    log.note(tag(1))

    def fail() -> None:
        with log.database.writing() as connection:
            note_change(connection, tag(2))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert log.verify().entries == 1


def test_progress() -> None:
    """A long check tells how far it is, every ten thousand entries."""
    records, previous = [], GENESIS
    for sequence in range(1, 20_002):
        link = Link(sequence, 0, "model.tag", "model", "m-1", contents_digest(b"salt", "{}"), previous)
        records.append(Record(link, link.hash, b"salt", "{}", None))
        previous = link.hash
    told: list[int] = []
    found = verify("a log", records, Anchor(20_001, previous), (), told.append)
    assert (found, told) == (Verification("a log", 20_001, 0, Anchor(20_001, previous)), [10_000, 20_000])


@pytest.mark.parametrize("anchor", ["", "10", "0:" + "0" * 64, "10:" + "0" * 63, f"-1:{'0' * 64}", "x" * 1000])
def test_bad_anchor(log: Log, anchor: str) -> None:
    """What is no anchor is refused."""
    with pytest.raises(InvalidArgumentError, match="is no anchor"):
        verspan.verify_audit_log(anchors=[anchor])


def test_anchors(ten: Log) -> None:
    """A check takes heads of several times, as text or as they came."""
    first = verspan.verify_audit_log().head
    ten.note(tag(11))
    second = verspan.verify_audit_log().head
    assert verspan.verify_audit_log(anchors=[str(first).upper(), second]).ok
    assert not verspan.verify_audit_log(anchors=[first, Anchor(11, first.hash)]).ok


@pytest.mark.parametrize("text", ["m-1", 'quote " and \\', "tab\t null\0 \x1f\x7f\x80", "\u2028\u2029 é 🦜 \ufeff"])
def test_canonical(text: str) -> None:
    """The hash of an entry is that of its link's JSON as the standard library writes it, members sorted."""
    link = Link(7, 1_790_000_000_000, "model.tag", text, text, "f" * 64, GENESIS)
    plain = json.dumps(asdict(link), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert link.hash == hashlib.sha256(plain.encode()).hexdigest()
    assert contents_digest(b"salt", text) == hashlib.sha256(b"salt" + text.encode()).hexdigest()


def test_threads_of_one_store(log: Log) -> None:
    """Threads that share a store add to one chain."""
    threads = [threading.Thread(target=log.note, args=(tag(number),)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert log.verify().entries == 20
    assert len({entry.subject_id for entry in log.store.audit.find(AuditQuery(), 50)}) == 20
