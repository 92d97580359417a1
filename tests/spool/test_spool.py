"""Spans into a spool and out of it: delivered, tried again, adopted, bounded, and never raised over."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.spool.conftest import DOWN, LONG_S, MakeSpan, MakeSpool, Place, suffixes_in, warnings_in

from verspan.instrumentation.handover import ReadyContent
from verspan.spool import sessions
from verspan.spool.carrying import BATCH_SPANS
from verspan.spool.delivery import Outcome
from verspan.spool.packing import pack_span


def test_delivered_once(make_spool: MakeSpool, make_span: MakeSpan, place: Place, folder: Path) -> None:
    """A span is on disk when it has been added, is delivered once, and leaves nothing behind."""
    spool = make_spool()
    spool.add(make_span("answer"), ReadyContent({"gen_ai.input.messages": b"what was asked"}))
    on_disk = next(folder.glob("*.segment")).read_bytes()

    flushed = [spool.flush(LONG_S), spool.flush(LONG_S)]
    spool.shutdown()

    assert b"what was asked" in on_disk
    assert (flushed, place.batches, place.closed) == ([True, True], [["answer"]], 1)
    assert suffixes_in(folder) == []


def test_files_are_private(make_spool: MakeSpool, make_span: MakeSpan, folder: Path) -> None:
    """Only the user may read what is in a spool."""
    make_spool().add(make_span("answer"), None)

    assert {path.stat().st_mode & 0o077 for path in (folder, *folder.iterdir())} == {0}


def test_many_threads(make_spool: MakeSpool, make_span: MakeSpan, place: Place) -> None:
    """Spans of many threads are each delivered once, over several segments and batches."""
    spool = make_spool(max_bytes=80_000 * 8)
    names = [f"span {number}" for number in range(3000)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: spool.add(make_span(name), None), names))

    assert spool.flush(LONG_S)
    assert sorted(place.names) == sorted(names)
    assert max(map(len, place.batches)) <= BATCH_SPANS


def test_batches_are_bounded_in_bytes(make_spool: MakeSpool, make_span: MakeSpan, place: Place) -> None:
    """A batch holds eight MiB, or one span that is larger."""
    place.outcome = DOWN
    spool = make_spool()
    for number, size in enumerate((6, 6, 9, 3, 3)):
        spool.add(make_span(f"{number}", attributes={"a": "x" * size * 2**20}), None)
    spool.flush(LONG_S)
    place.outcome = Outcome(delivered=True)
    while not spool.flush(LONG_S):
        pass

    assert place.batches == [["0"], ["1"], ["2"], ["3", "4"]]


def test_span_that_cannot_be_written(
    make_spool: MakeSpool, make_span: MakeSpan, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    """A span that never ended is said and lost, and the application sees nothing of it."""
    spool = make_spool()
    spool.add(make_span("never ended", end_time=None), None)
    spool.add(make_span("good"), None)

    assert spool.flush(LONG_S)
    assert place.names == ["good"]
    assert warnings_in(caplog)[0].startswith(
        "1 spans for somewhere are lost so far: they could not be written down ('never "
    )


def test_left_over_is_adopted(
    make_spool: MakeSpool, make_span: MakeSpan, place: Place, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What stays at a process's end is said, and the next process that sends there delivers it."""
    place.outcome = DOWN
    first = make_spool()
    first.add(make_span("left over"), None)
    first.flush(LONG_S)
    first.shutdown()
    said = warnings_in(caplog)[-1]
    place.outcome = Outcome(delivered=True)
    second = make_spool()
    second.add(make_span("own"), None)
    second.flush(LONG_S)
    second.shutdown()

    assert said == (
        f"1 spans wait in {folder} for somewhere. The next process that sends there delivers them, and so does "
        "`verspan spool drain`."
    )
    assert (place.names, suffixes_in(folder)) == (["own", "left over"], [])


def test_span_that_ends_during_the_last_flush(
    make_spool: MakeSpool, make_span: MakeSpan, place: Place, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A span that another thread ends while the last ones are being delivered goes too, and nothing is said."""
    spool = make_spool()
    late = [make_span("late")]
    place.meanwhile = lambda: spool.add(late.pop(), None) if late else None
    spool.add(make_span("first"), None)
    spool.shutdown()

    assert (place.names, warnings_in(caplog), suffixes_in(folder)) == (["first", "late"], [], [])


def test_end_does_not_wait_for_ever_more_spans(
    make_spool: MakeSpool, make_span: MakeSpan, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    """A thread that goes on ending spans does not hold the end of its process up: what it leaves is said."""
    spool = make_spool()
    place.meanwhile = lambda: spool.add(make_span("further"), None)
    spool.add(make_span("first"), None)
    spool.shutdown()

    assert warnings_in(caplog)[0].startswith("1 spans wait in ")


def test_end_waits_no_longer_than_it_may(
    make_spool: MakeSpool, make_span: MakeSpan, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    """A process's end leaves a destination that hangs, whoever asks for it and how often, and says what stays."""
    place.answers.clear()
    spool = make_spool(exit_timeout_s=0)
    spool.add(make_span("first"), None)
    flushed = spool.flush(0)
    spool._flush_finally()
    spool.shutdown()
    said = warnings_in(caplog)
    place.answers.set()

    assert (flushed, place.names) == (False, [])
    assert [line.partition(" in ")[0] for line in said] == ["1 spans wait"]


def test_after_shutdown(make_spool: MakeSpool, make_span: MakeSpan, caplog: pytest.LogCaptureFixture) -> None:
    """A span that ends after the spool was shut down is lost, and that is said once."""
    spool = make_spool()
    spool.shutdown()
    spool.add(make_span("late"), None)
    spool.add(make_span("later"), None)

    assert warnings_in(caplog) == ["Spans that end after their tracer provider was shut down are not kept"]


def test_content_stays_out(make_spool: MakeSpool, make_span: MakeSpan, place: Place, folder: Path) -> None:
    """For a destination that may not have content, none is on disk, and late attributes arrive."""
    spool = make_spool(keeps_content=False)
    spool.add(make_span("chat"), ReadyContent({"gen_ai.input.messages": b"a secret"}, {"gen_ai.response.id": "r-1"}))
    on_disk = next(folder.glob("*.segment")).read_bytes()

    assert spool.flush(LONG_S)
    assert b"a secret" not in on_disk
    assert place.spans[0].readable().attributes == {"a": 1, "gen_ai.response.id": "r-1"}


def test_redaction(make_spool: MakeSpool, make_span: MakeSpan, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is redacted is redacted before it is written."""
    from verspan.redaction import active
    from verspan.redaction.redactor import Redactor

    monkeypatch.setattr(active._Current, "redactor", Redactor([lambda text: text.replace("a secret", "[…]")]))
    monkeypatch.setattr(active._Current, "decided", True)
    make_spool().add(make_span("chat a secret", attributes={"told": "this is a secret"}), None)

    on_disk = next(folder.glob("*.segment")).read_bytes()
    assert b"a secret" not in on_disk
    assert "this is […]".encode() in on_disk


def test_span_ended_by_the_garbage_collector(make_spool: MakeSpool, make_span: MakeSpan, place: Place) -> None:
    """A finaliser that ends a span in the middle of adding the first one is served, and nothing waits for itself."""
    spool = make_spool()
    new_writer = spool._appender._new_writer

    def interrupted() -> object:
        spool._appender._new_writer = new_writer  # type: ignore[method-assign]  # once
        spool.add(make_span("inner"), None)
        return new_writer()

    spool._appender._new_writer = interrupted  # type: ignore[assignment, method-assign]  # as a finaliser would
    spool.add(make_span("outer"), None)

    assert spool.flush(LONG_S)
    assert sorted(place.names) == ["inner", "outer"]


def test_description(make_spool: MakeSpool, make_span: MakeSpan, folder: Path) -> None:
    """The folder says where its spans go, for whoever delivers them by hand."""
    make_spool().add(make_span("chat"), None)

    described = json.loads((folder / "destination.json").read_text())
    assert described == {"exporter": "test", "address": "somewhere"}


def test_system_without_locks(
    make_spool: MakeSpool,
    make_span: MakeSpan,
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Where the system has no locks that end with their process, spans are delivered from memory, and that is said."""
    monkeypatch.setattr(sessions, "fcntl", None)
    spool = make_spool()
    spool.add(make_span("first"), None)

    assert spool.flush(LONG_S)
    assert place.names == ["first"]
    assert "this system has no locks that end with their process" in warnings_in(caplog)[0]


def test_late_writer(make_spool: MakeSpool, make_span: MakeSpan, place: Place, folder: Path) -> None:
    """A thread that still holds a segment that is full writes to it, and its span is delivered before the file goes."""
    spool = make_spool(max_bytes=8)
    spool.add(make_span("first"), None)
    late = spool._appender._writer
    spool.add(make_span("second"), None)
    assert late is not None
    spool.flush(LONG_S)
    kept = late.path.exists()
    late.append(pack_span(make_span("late"), None, 1, keeps_content=True))
    path = late.path
    del late
    spool.flush(LONG_S)

    assert (kept, path.exists()) == (True, False)
    assert sorted(place.names) == ["first", "late", "second"]
