"""Many threads and processes at one store, and what happens when it cannot take what it is given."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from verspan import semconv
from verspan.errors import StoreCorruptError, StoreUnavailableError
from verspan.store.conformance.records import call, model, span, stamp, trace_id
from verspan.store.interface import Store, WriteResult
from verspan.store.opening import open_store
from verspan.store.sql import SqlStore
from verspan.traces.model import TraceQuery

FORK = multiprocessing.get_context("fork")
VERSION = stamp("v1")[semconv.LOGGED_MODEL_ID]


def write_calls(store: Store, first: int, count: int) -> None:
    for number in range(first, first + count):
        store.write_spans([call(number, trace=number % 7, **stamp("v1"))])
        assert store.get_trace(trace_id(number % 7)) is not None


def open_and_write_calls(url: str, first: int, count: int) -> None:
    with closing(open_store(url)) as store:
        write_calls(store, first, count)


def assert_holds(store: Store, calls: int) -> None:
    figures = store.figures([VERSION])[VERSION]
    assert (figures.calls, figures.traces, figures.input_tokens) == (calls, 7, 100 * calls)
    summaries = store.find_traces(TraceQuery()).traces
    assert sum(summary.span_count for summary in summaries) == calls


def test_threads(store: Store) -> None:
    """Threads that write and read one store at once lose nothing and count nothing twice."""
    threads = [threading.Thread(target=write_calls, args=(store, 1 + 40 * at, 40)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert_holds(store, 320)


def test_processes(url: str) -> None:
    """Processes that write and read one store at once lose nothing and count nothing twice."""
    processes = [FORK.Process(target=open_and_write_calls, args=(url, 1 + 40 * at, 40)) for at in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    with closing(open_store(url)) as store:
        assert_holds(store, 160)


def test_same_spans_from_processes(url: str) -> None:
    """Processes that write the same spans at once store each once."""
    processes = [FORK.Process(target=open_and_write_calls, args=(url, 1, 40)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    with closing(open_store(url)) as store:
        assert_holds(store, 40)


def test_written_twice(store: Store) -> None:
    """Spans that are written again, alone or among new ones, change no row of any table, the roll-ups included."""
    calls = [call(number, trace=number % 3, parent=90 + number % 4, **stamp("v1")) for number in range(1, 20)]
    assert store.write_spans([*calls[:10], *calls[:10]]) == WriteResult(written=10, duplicates=10)
    before = everything(store)
    assert store.write_spans(calls[9::-1]) == WriteResult(written=0, duplicates=10)
    assert everything(store) == before
    assert store.write_spans(calls) == WriteResult(written=9, duplicates=10)
    figures = store.figures([VERSION])[VERSION]
    assert (figures.calls, figures.traces, figures.input_tokens) == (19, 3, 1_900)


def test_fork(store: Store) -> None:
    """A store that was opened and used before a fork works on both sides of it."""
    write_calls(store, 1, 20)
    child = FORK.Process(target=write_calls, args=(store, 21, 40))
    child.start()
    write_calls(store, 61, 20)
    child.join()
    assert child.exitcode == 0
    assert_holds(store, 80)


def test_fork_while_writing(store: Store) -> None:
    """A child that is forked while other threads write is kept waiting by no lock that nobody will open."""
    threads = [threading.Thread(target=write_calls, args=(store, 1 + 100 * at, 30)) for at in range(3)]
    for thread in threads:
        thread.start()
    children = [FORK.Process(target=write_calls, args=(store, 1_001 + 100 * at, 10)) for at in range(4)]
    for child in children:
        child.start()
    for thread in threads:
        thread.join()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0] * 4
    assert_holds(store, 130)


def test_fork_while_opening(tmp_path: Path) -> None:
    """A child that is forked while another thread makes a store can open and write one."""
    children = []
    for number in range(10):
        url = f"sqlite:///{tmp_path / f'{number}.db'}"
        thread = threading.Thread(target=lambda place=url: open_store(place).close())
        thread.start()
        child = FORK.Process(target=_open_and_write, args=(url,))
        child.start()
        thread.join()
        children.append(child)
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0] * 10


def _open_and_write(url: str) -> None:
    with closing(open_store(url)) as store:
        write_calls(store, 1, 5)


def test_locked(place: Path, url: str) -> None:
    """A store that another process keeps locked for too long is said to be locked, and works again afterwards."""
    open_store(url).close()
    with (
        closing(open_store(url, lock_timeout_s=0.01)) as store,
        closing(sqlite3.connect(place, isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailableError, match=r"verspan\.db .* locked for too long"):
            store.write_spans([span()])
        assert store.get_trace(trace_id(1)) is None
        other.execute("ROLLBACK")
        assert store.write_spans([span()]) == WriteResult(written=1, duplicates=0)


@contextmanager
def no_space_beyond(store: Store, pages: int) -> Iterator[None]:
    """SQLite's own limit on a file's size, which fails as a full disk does."""

    def limit(connection: Any, _entry: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    engine = database(store)._engine
    engine.dispose()
    event.listen(engine, "connect", limit)
    yield
    event.remove(engine, "connect", limit)
    engine.dispose()


def test_full_disk(store: Store, place: Path) -> None:
    """A batch for which no space is left is not kept at all, the next one that fits is, and the way out is said."""
    store.write_spans([call(1, trace=1, **stamp("v1"))])
    texts = [os.urandom(3_000).hex() for _ in range(200)]
    batch = [call(number, trace=2, verspan__inputs=text, **stamp("v2")) for number, text in enumerate(texts, start=2)]
    with no_space_beyond(store, place.stat().st_size // 4096 + 8):
        before = everything(store)
        with pytest.raises(StoreUnavailableError, match=r"verspan\.db .* no space left .* VERSPAN_STORE"):
            store.write_spans(batch)
        assert everything(store) == before
        assert store.write_spans([call(2, trace=1, **stamp("v1"))]) == WriteResult(written=1, duplicates=0)
    assert store.write_spans(batch) == WriteResult(written=200, duplicates=0)
    trace = store.get_trace(trace_id(2))
    assert trace is not None
    assert [kept.span for kept in trace.spans] == batch


def test_damaged_later(store: Store, place: Path) -> None:
    """Content that was damaged since it was stored is said to be, rather than shown or passed over."""
    store.write_spans([call(1, verspan__inputs="x" * 1000)])
    with closing(sqlite3.connect(place)) as connection, connection:
        connection.execute("UPDATE spans SET body = x'01ffffffff'")
    with pytest.raises(StoreCorruptError, match=r"verspan\.db is not a readable store"):
        store.get_trace(trace_id(1))


def test_closed_twice(url: str) -> None:
    """Closing twice is fine, and a store that is used again opens its file again."""
    store = open_store(url)
    store.close()
    store.close()
    assert store.upsert_model(model("v1")) == model("v1")
    store.close()


def database(store: Store) -> Any:
    assert isinstance(store, SqlStore)
    return store._database


def everything(store: Store) -> list[list[Any]]:
    """Every row of every table."""
    with database(store).reading() as connection:
        names = list(
            connection.scalars(text("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"))
        )
        return [list(connection.execute(text(f"SELECT * FROM {name}"))) for name in names]  # noqa: S608 - our own tables
