"""The audit log: every change of a record, in one chain, from which contents can be erased."""
# ruff: noqa: S101 - these are tests, kept where packages with stores of their own can import them

from __future__ import annotations

import threading

from verspan.audit.chain import GENESIS
from verspan.audit.model import Anchor, AuditQuery, Erasure
from verspan.store.conformance.records import model
from verspan.store.interface import Store
from verspan.versions.identity import model_id_for

_NAMES = ["v1", "v2", "v3"]


class AuditConformance:
    """Of a store's audit log, by the records of versions that are made."""

    def test_chained(self, store: Store) -> None:
        """Entries have numbers without gaps, each the hash of the one before, and the head is the last one's."""
        for name in _NAMES:
            store.upsert_model(model(name))
        with store.audit.reading() as log:
            records = list(log.records)
        assert [record.link.sequence for record in records] == [1, 2, 3]
        assert [record.link.previous for record in records] == [GENESIS, *(record.hash for record in records[:-1])]
        assert [record.hash for record in records] == [record.link.hash for record in records]
        assert log.head == Anchor(3, records[-1].hash)

    def test_empty(self, store: Store) -> None:
        """A log without entries has a head all the same."""
        with store.audit.reading() as log:
            assert (log.head, list(log.records)) == (Anchor(0, GENESIS), [])

    def test_found(self, store: Store) -> None:
        """Entries are found by what they are about and by what was done, newest first and as many as are asked for."""
        for name in _NAMES:
            store.upsert_model(model(name))
        assert [entry.sequence for entry in store.audit.find(AuditQuery(action="model"), 2)] == [3, 2]
        (entry,) = store.audit.find(AuditQuery(subject_id=model_id_for("support", "v2")), 10)
        assert (entry.sequence, entry.action, entry.subject_kind) == (2, "model.register", "model")
        assert store.audit.find(AuditQuery(action="model.registe"), 10) == []
        assert store.audit.find(AuditQuery(since_ms=entry.timestamp + 3_600_000), 10) == []

    def test_erased(self, store: Store) -> None:
        """Erased are salt and contents alone, and an entry tells of how many and which."""
        for name in _NAMES:
            store.upsert_model(model(name))
        assert store.audit.erase(AuditQuery(sequences=(1, 3)), "request 17") == Erasure(2, 4)
        assert store.audit.erase(AuditQuery(sequences=(1, 3)), None) == Erasure(0, None)
        with store.audit.reading() as log:
            records = list(log.records)
        assert [record.erased_by for record in records] == [4, None, 4, None]
        assert [record.contents is None and record.salt is None for record in records] == [True, False, True, False]
        assert records[3].link.subject_id.startswith("2:")

    def test_at_once(self, store: Store) -> None:
        """Threads that change records at the same time add to one chain."""
        threads = [threading.Thread(target=store.upsert_model, args=(model(f"v{number}"),)) for number in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with store.audit.reading() as log:
            links = [record.link for record in log.records]
        assert [link.sequence for link in links] == list(range(1, 11))
        assert [link.previous for link in links[1:]] == [link.hash for link in links[:-1]]
