"""Contents that are told again soon are kept once."""

from __future__ import annotations

from contextlib import closing

import pytest

from verspan import semconv
from verspan.store import bodies
from verspan.store.conformance.records import span, trace_id
from verspan.store.interface import Store
from verspan.store.opening import open_store
from verspan.store.sql import SqlStore


@pytest.fixture
def _few_recent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four bodies are looked through."""
    monkeypatch.setattr(bodies, "_RECENT", 4)


def say(store: Store, *texts: str) -> None:
    """Store spans that say these texts, a span each."""
    first = count(store, "spans") + 1
    for number, text in enumerate(texts, start=first):
        store.write_spans([span(number, trace=number, attributes={semconv.VERSPAN_INPUTS: text})])


def said(store: Store, number: int) -> str:
    """What the span of this number says."""
    trace = store.get_trace(trace_id(number))
    assert trace is not None
    text: str = trace.spans[0].span.attributes[semconv.VERSPAN_INPUTS]
    return text


def count(store: Store, table: str) -> int:
    assert isinstance(store, SqlStore)
    with store._database.reading() as connection:
        rows: int = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()  # noqa: S608 - our tables
    return rows


def test_told_again(store: Store) -> None:
    """What is told again is kept once, in one batch and in others."""
    say(store, "again", "other", "again")
    repeated = [span(number, trace=number, attributes={semconv.VERSPAN_INPUTS: "again"}) for number in (7, 8)]
    store.write_spans(repeated)
    assert count(store, "bodies") == 2
    assert [said(store, number) for number in (1, 2, 3, 7, 8)] == ["again", "other", "again", "again", "again"]


def test_told_elsewhere(url: str) -> None:
    """What another process tells again is kept once, whichever of them kept it first."""
    with closing(open_store(url)) as first, closing(open_store(url)) as second:
        say(first, "one")
        say(second, "one", "two")
        say(first, "three", "two")
        assert count(first, "bodies") == 3
        assert [said(second, number) for number in range(1, 6)] == ["one", "one", "two", "three", "two"]


@pytest.mark.usefixtures("_few_recent")
def test_told_late(url: str) -> None:
    """What is told again late is kept a second time, and both times read as it was told."""
    texts = ["late", "1", "2", "3", "late", "4", "5", "late"]
    with closing(open_store(url)) as first, closing(open_store(url)) as second:
        say(first, *texts[:6])
        say(second, *texts[6:])
        assert [said(first, number) for number in range(1, 9)] == texts
        assert count(first, "bodies") == 7


@pytest.mark.usefixtures("_few_recent")
def test_forgotten(store: Store) -> None:
    """The list of digests does not grow with the number of bodies."""
    say(store, *(f"text {number}" for number in range(40)))
    assert (count(store, "bodies"), count(store, "body_digests")) == (40, 5)
