"""Compression with a dictionary that the store makes of its own contents."""

from __future__ import annotations

import random
from contextlib import closing

import pytest

from verspan import semconv
from verspan.store.compression import Compressor, decompress, train
from verspan.store.conformance.records import message, span, trace_id
from verspan.store.interface import Store
from verspan.store.opening import open_store
from verspan.store.sql import SqlStore
from verspan.traces.model import SpanRecord

CHANCE = random.Random(1)  # noqa: S311 - the same text every time
WORDS = [f"word{number}" for number in range(500)]


def chat(number: int) -> SpanRecord:
    text = " ".join(CHANCE.choices(WORDS, k=60))
    attributes = {semconv.GEN_AI_INPUT_MESSAGES: [message("user", text)], "request.id": f"{CHANCE.random()}"}
    return span(number, trace=number, name="chat", attributes=attributes)


def dictionaries_of(store: Store) -> int:
    assert isinstance(store, SqlStore)
    return len(store._dictionaries._known)


@pytest.mark.parametrize("content", [b"", b"a", b"incompressible \x00\xff", b"again and " * 1000])
def test_round_trip(content: bytes) -> None:
    """What is compressed comes back, and what would not become smaller is kept as it is."""
    stored = Compressor({}).compress(content)
    assert decompress(stored, {}) == content
    assert len(stored) <= len(content) + 1


def test_too_little_to_learn() -> None:
    """Where samples have nothing in common there is no dictionary, and no error."""
    assert train([b""]) is None
    assert train([b"one", b"two"]) is None


def test_made_once_there_is_enough(url: str) -> None:
    """A store makes its dictionary of its first thousand spans, and reads what it wrote before and after."""
    spans = [chat(number) for number in range(1, 1_302)]
    with closing(open_store(url)) as store:
        store.write_spans(spans[:900])
        assert dictionaries_of(store) == 0
        store.write_spans(spans[900:1_001])
        assert dictionaries_of(store) == 1
        store.write_spans(spans[1_001:])
    with closing(open_store(url)) as store:
        for given in (spans[0], spans[-1]):
            trace = store.get_trace(given.trace_id)
            assert trace is not None
            assert [kept.span for kept in trace.spans] == [given]


def test_made_elsewhere(url: str) -> None:
    """A dictionary that another process made is found when it is needed, and no second one is made."""
    with closing(open_store(url)) as first, closing(open_store(url)) as second:
        second.write_spans([chat(1)])
        first.write_spans([chat(number) for number in range(2, 1_010)])
        first.write_spans([chat(1_010)])
        assert dictionaries_of(second) == 0
        assert second.get_trace(trace_id(1_010)) is not None
        assert dictionaries_of(second) == 1
        second.write_spans([chat(1_011)])
        assert first.get_trace(trace_id(1_011)) is not None
        assert dictionaries_of(first) == 1


def test_history_kept_once(store: Store) -> None:
    """An agent that resends its whole history with every turn costs less than its messages are long."""
    history, unique = [], 0
    for turn in range(1, 41):
        text = " ".join(CHANCE.choices(WORDS, k=100))
        unique += len(text)
        history.append(message("user" if turn % 2 else "assistant", text))
        store.write_spans(
            [span(turn, parent=None if turn == 1 else 1, attributes={semconv.GEN_AI_INPUT_MESSAGES: list(history)})]
        )
    assert isinstance(store, SqlStore)
    with store._database.reading() as connection:
        kept = connection.exec_driver_sql(
            "SELECT sum(length(content)) + (SELECT sum(length(body)) FROM spans) FROM bodies"
        )
        assert kept.scalar_one() < unique
