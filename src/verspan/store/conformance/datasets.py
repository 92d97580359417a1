"""Datasets: a version is what it holds, and stays as it was first kept."""
# ruff: noqa: S101 - these are tests, kept where packages with stores of their own can import them

from __future__ import annotations

from dataclasses import replace

from verspan.audit.model import AuditQuery
from verspan.datasets.model import Dataset, DatasetRow, RowOrigin, RowSource
from verspan.datasets.records import DatasetVersion
from verspan.datasets.rows import new_dataset
from verspan.errors import NotFoundError
from verspan.store.conformance.records import refused
from verspan.store.interface import Store

_TRACE = RowSource(RowOrigin.TRACE, {"trace_id": "5b8a"})
ROWS = [
    DatasetRow("r-1", {"question": "Where is it?", "order": 7}, {"expected_response": "Shipped."}, {"team": "care"}),
    DatasetRow("r-2", {"question": "ä\u2028"}, source=_TRACE, outputs=["a", None, 0.5]),
]


def dataset(*rows: DatasetRow, name: str = "support") -> Dataset:
    """A version that is kept nowhere yet."""
    return new_dataset(name, rows, {"owner": "ann"})


class DatasetConformance:
    """Of a store's datasets."""

    def test_kept(self, store: Store) -> None:
        """A version comes back whole, in the order of its rows, by its name, its digest or a beginning of that."""
        kept = store.datasets.keep(dataset(*ROWS))
        assert replace(kept, created_ms=None) == dataset(*ROWS)
        for digest in (None, kept.digest, kept.digest[:8], kept.digest[:8].upper()):
            assert store.datasets.load("support", digest) == kept

    def test_kept_elsewhere_first(self, store: Store) -> None:
        """A version that says when it was first kept elsewhere keeps that time, and is no newer for being kept here."""
        newest = store.datasets.keep(dataset(*ROWS))
        older = replace(dataset(ROWS[0]), created_ms=1_000)
        assert store.datasets.keep(older) == older
        assert store.datasets.load("support", older.digest) == older
        assert store.datasets.load("support") == newest

    def test_kept_once(self, store: Store) -> None:
        """The same rows in any order are the version that is there, which stays as it was; that is noted once."""
        kept = store.datasets.keep(dataset(*ROWS))
        elsewhere = replace(ROWS[1], source=None)
        assert store.datasets.keep(dataset(elsewhere, ROWS[0])) == kept
        assert store.datasets.load("support") == kept
        (entry,) = store.audit.find(AuditQuery(subject_kind="dataset"), 10)
        told = (entry.action, entry.subject_id, entry.after)
        assert told == ("dataset.keep", "support", {"digest": kept.digest, "rows": 2})

    def test_versions(self, store: Store) -> None:
        """Every version is listed, the newest first, and the newest is what a name alone means."""
        first = store.datasets.keep(dataset(*ROWS))
        second = store.datasets.keep(dataset(ROWS[1]))
        other = store.datasets.keep(dataset(ROWS[1], name="sales"))
        listed = [DatasetVersion(each.name, each.digest, len(each), each.created_ms or 0) for each in (second, first)]
        assert store.datasets.versions("support") == listed
        assert [each.name for each in store.datasets.versions()] == ["sales", "support", "support"]
        assert store.datasets.load("support") == second
        assert (second.digest, second.rows) == (other.digest, other.rows)

    def test_not_there(self, store: Store) -> None:
        """A name or a digest that is not there is told, and so is a beginning of several digests."""
        store.datasets.keep(dataset(*ROWS))
        store.datasets.keep(dataset(ROWS[0]))
        refused(NotFoundError, lambda: store.datasets.load("suport"))
        refused(NotFoundError, lambda: store.datasets.load("support", "%"))
        refused(NotFoundError, lambda: store.datasets.load("support", ""))
