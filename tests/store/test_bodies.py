"""Contents are kept once each for as long as they are told again."""

from __future__ import annotations

import pytest

from verspan import semconv
from verspan.store import bodies
from verspan.store.conformance.records import span, trace_id
from verspan.store.interface import Store
from verspan.store.sql import SqlStore


@pytest.fixture
def _short_generations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Generations of four bodies."""
    monkeypatch.setattr(bodies, "_GENERATION_BITS", 2)


def say(store: Store, *texts: str) -> None:
    """Store spans that say these texts, a span each."""
    first = count(store, "spans") + 1
    for number, text in enumerate(texts, start=first):
        store.write_spans([span(number, trace=number, attributes={semconv.VERSPAN_INPUTS: text})])


def count(store: Store, table: str) -> int:
    assert isinstance(store, SqlStore)
    with store._database.reading() as connection:
        rows: int = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()  # noqa: S608 - our tables
    return rows


@pytest.mark.usefixtures("_short_generations")
def test_told_again(store: Store) -> None:
    """What is told again in every generation or every second one is kept once, however many pass."""
    say(store, *(text for number in range(12) for text in ("again", f"other {number}")))
    assert count(store, "bodies") == 13


@pytest.mark.usefixtures("_short_generations")
def test_told_late(store: Store) -> None:
    """What was not told for two generations is kept a second time, and told twice it is read twice."""
    say(store, "again", *(f"other {number}" for number in range(12)), "again")
    assert count(store, "bodies") == 14
    for number in (1, 14):
        trace = store.get_trace(trace_id(number))
        assert trace is not None
        assert trace.spans[0].span.attributes == {semconv.VERSPAN_INPUTS: "again"}


@pytest.mark.usefixtures("_short_generations")
def test_forgotten(store: Store) -> None:
    """The digests of two generations are all that is kept, whatever the number of bodies."""
    say(store, *(f"text {number}" for number in range(40)))
    assert count(store, "body_digests") <= 8
