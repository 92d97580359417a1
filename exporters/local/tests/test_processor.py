"""Spans from an application's threads into a real store."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import format_trace_id

from verspan.instrumentation.handover import ReadyContent, end_span
from verspan.spool.carrying import BATCH_SPANS
from verspan.store.opening import open_store
from verspan.traces.model import SpanRecord
from verspan_local import LocalSpanProcessor, build

StoredNames = Callable[[], list[str]]

START_NS = 1_750_000_000_000_000_000
LOCKED_S = 0.05


def _lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_whole_span_with_content(provider: TracerProvider, store_file: Path) -> None:
    """A span is in the store whole, with content that was handed over beside it and is not on it."""
    span = provider.get_tracer("support", "1.0").start_span("chat", attributes={"a": 1}, start_time=START_NS)
    end_span(span, ReadyContent({"gen_ai.input.messages": b"[]"}), START_NS + 7)
    ids = span.get_span_context()

    assert provider.force_flush()

    store = open_store(f"sqlite:///{store_file}")
    trace = store.get_trace(format_trace_id(ids.trace_id))
    store.close()
    assert trace is not None
    assert [stored.span for stored in trace.spans] == [
        SpanRecord(
            trace_id=format_trace_id(ids.trace_id),
            span_id=f"{ids.span_id:016x}",
            parent_span_id=None,
            name="chat",
            kind="INTERNAL",
            start_ns=START_NS,
            end_ns=START_NS + 7,
            attributes={"a": 1, "gen_ai.input.messages": "[]"},
            events=(),
            links=(),
            resource={"service.name": "support"},
            scope_name="support",
            scope_version="1.0",
        )
    ]
    assert "gen_ai.input.messages" not in (getattr(span, "attributes", None) or {})


def test_many_threads(provider: TracerProvider, stored_names: StoredNames) -> None:
    """Spans of many threads are each stored once, over several batches."""
    tracer = provider.get_tracer("support")
    count = 2 * BATCH_SPANS + 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: tracer.start_span(f"span {number}").end(), range(count)))
    assert provider.force_flush()

    assert stored_names() == sorted(f"span {number}" for number in range(count))


def test_shutdown(provider: TracerProvider, caplog: pytest.LogCaptureFixture, stored_names: StoredNames) -> None:
    """Shutting down stores what waits; a span that ends later is lost, and that is said."""
    tracer = provider.get_tracer("support")
    tracer.start_span("in time").end()
    provider.shutdown()
    tracer.start_span("too late").end()

    assert provider.force_flush()
    assert stored_names() == ["in time"]
    assert _lines(caplog) == ["Spans that end after their tracer provider was shut down are not kept"]


def test_locked_store(provider: TracerProvider, store_file: Path, stored_names: StoredNames) -> None:
    """While another process holds the store nothing is lost, and whoever flushes waits no longer than asked."""
    open_store(f"sqlite:///{store_file}").close()
    other = sqlite3.connect(store_file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    tracer = provider.get_tracer("support")

    tracer.start_span("first").end()
    flushed_while_locked = provider.force_flush(int(LOCKED_S * 1000))
    tracer.start_span("second").end()
    other.execute("ROLLBACK")
    other.close()

    assert not flushed_while_locked
    assert provider.force_flush()
    assert stored_names() == ["first", "second"]


def test_corrupt_store(
    provider: TracerProvider, store_file: Path, caplog: pytest.LogCaptureFixture, stored_names: StoredNames
) -> None:
    """A corrupt store is left as it is, said once, and its spans are stored when somebody has moved it away."""
    store_file.parent.mkdir()
    store_file.write_bytes(b"no database at all" * 100)
    tracer = provider.get_tracer("support")

    tracer.start_span("first").end()
    flushed = [provider.force_flush(), provider.force_flush()]
    left_alone = store_file.read_bytes() == b"no database at all" * 100
    said = _lines(caplog)
    store_file.unlink()

    assert (flushed, left_alone) == ([False, False], True)
    assert len(said) == 1
    assert said[0].startswith("Spans cannot be delivered to ")
    assert str(store_file) in said[0]
    assert provider.force_flush()
    assert stored_names() == ["first"]


def test_removed_store(
    provider: TracerProvider, store_file: Path, caplog: pytest.LogCaptureFixture, stored_names: StoredNames
) -> None:
    """Where somebody removes the store while it is open, that is said, and what ends later is in a new one."""
    tracer = provider.get_tracer("support")
    tracer.start_span("first").end()
    flushed = [provider.force_flush()]
    for file in store_file.parent.glob(f"{store_file.name}*"):
        file.unlink()
    tracer.start_span("second").end()
    flushed += [provider.force_flush(), provider.force_flush()]

    assert flushed == [True, False, True]
    assert stored_names() == ["second"]
    (said,) = _lines(caplog)
    assert f"{store_file} was removed or replaced while it was open" in said


def test_newer_store(provider: TracerProvider, store_file: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A store of a newer Verspan is not written to, and the line says what to do."""
    open_store(f"sqlite:///{store_file}").close()
    with sqlite3.connect(store_file) as connection:
        connection.execute("INSERT INTO schema_version VALUES (999, 0)")
    connection.close()

    provider.get_tracer("support").start_span("first").end()

    assert not provider.force_flush()
    (said,) = _lines(caplog)
    assert "schema version 999" in said
    assert "pip install --upgrade verspan" in said
    connection = sqlite3.connect(store_file)
    (count,) = connection.execute("SELECT count(*) FROM spans").fetchone()
    connection.close()
    assert count == 0


def test_unwritable_store(tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no store can be made, spans stay on disk until one can, and both are said."""
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("VERSPAN_SPOOL", str(tmp_path / "spool"))
    processor = LocalSpanProcessor(f"sqlite:///{tmp_path}/file/verspan.db")
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(processor)

    for name in ("first", "second", "third"):
        provider.get_tracer("support").start_span(name).end()
    flushed = provider.force_flush()
    provider.shutdown()

    waiting, staying = _lines(caplog)
    assert not flushed
    assert waiting.startswith(
        f"Spans cannot be delivered to {tmp_path}/file/verspan.db for now: there can be no store at"
    )
    assert " (3 wait in " in waiting
    assert staying.startswith("3 spans wait in ")


def test_unsampled(provider: TracerProvider, store_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sampler's decision is obeyed, and where no span is kept no store is made."""
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    unsampled = TracerProvider(shutdown_on_exit=False)
    unsampled.add_span_processor(provider._active_span_processor)

    unsampled.get_tracer("support").start_span("unsampled").end()

    assert provider.force_flush()
    assert not store_file.exists()


@pytest.mark.parametrize(
    ("url", "destination"),
    [
        ("sqlite:////srv/a@b/verspan.db", "/srv/a@b/verspan.db"),
        ("postgresql://user:secret@db/traces", "postgresql://db/traces"),
    ],
)
def test_build(url: str, destination: str) -> None:
    """The pipeline names its destination without credentials, and making it opens nothing."""
    from verspan.settings import Settings

    pipeline = build(Settings(store_url=url, exporters=("local",)))

    assert pipeline.destination == destination
    assert [type(processor) for processor in pipeline.span_processors] == [LocalSpanProcessor]
