"""Spans into a spool and out of it: delivered, tried again, adopted, bounded, and never raised over."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from tests.spool.conftest import DESTINATION, MakeSpool, Place

from verspan.instrumentation.handover import ReadyContent
from verspan.spool import sessions
from verspan.spool.carrying import BATCH_SPANS, PROBE_SPANS
from verspan.spool.counters import Counters, DropReason, read_counters
from verspan.spool.delivery import Outcome
from verspan.spool.packing import pack_span
from verspan.spool.survey import survey_one

MakeSpan = Callable[..., ReadableSpan]

DOWN = Outcome(delivered=False, reason="it is down")
LONG_S = 30.0


def _lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def _files(folder: Path) -> list[str]:
    return sorted(path.suffix for path in folder.iterdir() if path.suffix != ".json")


def test_delivered_once(make_spool: MakeSpool, make_span: MakeSpan, place: Place, folder: Path) -> None:
    """A span is on disk when it has been added, is delivered once, and leaves nothing behind."""
    spool = make_spool()
    spool.add(make_span("answer"), ReadyContent({"gen_ai.input.messages": b"what was asked"}))
    on_disk = next(folder.glob("*.segment")).read_bytes()

    flushed = [spool.flush(LONG_S), spool.flush(LONG_S)]
    spool.shutdown()

    assert b"what was asked" in on_disk
    assert (flushed, place.batches, place.closed) == ([True, True], [["answer"]], 1)
    assert _files(folder) == []


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


def test_down_and_up_again(
    make_spool: MakeSpool, make_span: MakeSpan, place: Place, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A destination that is down costs no span; it is said once, and shown until it is over."""
    place.outcome = DOWN
    spool = make_spool()
    spool.add(make_span("first"), None)
    flushed = [spool.flush(LONG_S), spool.flush(LONG_S)]
    shown = read_counters(folder).trouble
    place.outcome = Outcome(delivered=True)
    spool.add(make_span("second"), None)

    assert spool.flush(LONG_S)
    assert (flushed, place.names) == ([False, False], ["first", "second"])
    assert _lines(caplog) == [
        f"Spans cannot be delivered to somewhere for now: it is down (1 wait in {folder} and are tried again)"
    ]
    assert (shown, read_counters(folder)) == ("it is down", Counters())


def test_tries_little_while_down(make_spool: MakeSpool, make_span: MakeSpan, place: Place) -> None:
    """A destination that took nothing is tried with a few spans, and given whole batches once it takes those."""
    place.outcome = DOWN
    spool = make_spool()
    for number in range(PROBE_SPANS + 100):
        spool.add(make_span(f"{number}", number), None)
    assert not spool.flush(LONG_S)
    place.outcome = Outcome(delivered=True)
    while not spool.flush(LONG_S):
        pass

    assert [len(batch) for batch in place.batches] == [PROBE_SPANS, 100]


def test_delivery_that_raises(make_spool: MakeSpool, make_span: MakeSpan, place: Place) -> None:
    """What a delivery raises is taken for a try that failed."""
    place.outcome = ConnectionResetError("reset")
    spool = make_spool()
    spool.add(make_span("first"), None)
    flushed = spool.flush(LONG_S)
    place.outcome = Outcome(delivered=True)

    assert (flushed, spool.flush(LONG_S), place.names) == (False, True, ["first"])


def test_retry_after_is_obeyed(make_spool: MakeSpool, make_span: MakeSpan, place: Place) -> None:
    """A destination that asked to be left alone is not asked by a flush either, which ends in its time."""
    place.outcome = Outcome(delivered=False, retry_after_s=60, reason="slow down")
    spool = make_spool()
    spool.add(make_span("first"), None)
    flushed = [spool.flush(0.2), spool.flush(0.2)]
    tries = place.tries

    assert (flushed, tries) == ([False, False], 1)


def test_timeout_is_passed_on(make_spool: MakeSpool, make_span: MakeSpan, place: Place) -> None:
    """A delivery is given no longer than the flush has."""
    spool = make_spool()
    spool.add(make_span("first"), None)
    spool.flush(5)

    assert place.timeouts[0] <= 5


def test_refused(
    make_spool: MakeSpool, make_span: MakeSpan, place: Place, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What a destination refuses is not tried again; it is counted, said and kept for whoever looks."""
    place.outcome = Outcome(delivered=True, refused=1, reason="no such time")
    spool = make_spool()
    spool.add(make_span("good"), None)
    spool.add(make_span("bad"), None)

    assert spool.flush(LONG_S)
    spool.shutdown()
    assert place.tries == 1
    assert _lines(caplog) == ["1 spans for somewhere are lost so far: the destination refused them (no such time)"]
    assert read_counters(folder).dropped == {DropReason.REFUSED: 1}


def test_span_that_cannot_be_written(
    make_spool: MakeSpool, make_span: MakeSpan, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    """A span that never ended is said and lost, and the application sees nothing of it."""
    spool = make_spool()
    spool.add(make_span("never ended", end_time=None), None)
    spool.add(make_span("good"), None)

    assert spool.flush(LONG_S)
    assert place.names == ["good"]
    assert _lines(caplog)[0].startswith(
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
    said = _lines(caplog)[-1]
    place.outcome = Outcome(delivered=True)
    second = make_spool()
    second.add(make_span("own"), None)
    second.flush(LONG_S)
    second.shutdown()

    assert said == (
        f"1 spans wait in {folder} for somewhere. The next process that sends there delivers them, and so does "
        "`verspan spool drain`."
    )
    assert (place.names, _files(folder)) == (["own", "left over"], [])


def test_span_that_ends_during_the_last_flush(
    make_spool: MakeSpool, make_span: MakeSpan, place: Place, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A span that another thread ends while the last ones are being delivered goes too, and nothing is said."""
    spool = make_spool()
    late = [make_span("late")]
    place.meanwhile = lambda: spool.add(late.pop(), None) if late else None
    spool.add(make_span("first"), None)
    spool.shutdown()

    assert (place.names, _lines(caplog), _files(folder)) == (["first", "late"], [], [])


def test_end_does_not_wait_for_ever_more_spans(
    make_spool: MakeSpool, make_span: MakeSpan, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    """A thread that goes on ending spans does not hold the end of its process up: what it leaves is said."""
    spool = make_spool()
    place.meanwhile = lambda: spool.add(make_span("further"), None)
    spool.add(make_span("first"), None)
    spool.shutdown()

    assert _lines(caplog)[0].startswith("1 spans wait in ")


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
    said = _lines(caplog)
    place.answers.set()

    assert (flushed, place.names) == (False, [])
    assert [line.partition(" in ")[0] for line in said] == ["1 spans wait"]


def test_after_shutdown(make_spool: MakeSpool, make_span: MakeSpan, caplog: pytest.LogCaptureFixture) -> None:
    """A span that ends after the spool was shut down is lost, and that is said once."""
    spool = make_spool()
    spool.shutdown()
    spool.add(make_span("late"), None)
    spool.add(make_span("later"), None)

    assert _lines(caplog) == ["Spans that end after their tracer provider was shut down are not kept"]


def test_no_folder(
    make_spool: MakeSpool, make_span: MakeSpan, place: Place, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the folder takes no files, spans are delivered from memory, and that is said with the way out."""
    (tmp_path / "spool").write_text("in the way")
    spool = make_spool()
    spool.add(make_span("first"), None)

    assert spool.flush(LONG_S)
    assert place.names == ["first"]
    (line,) = _lines(caplog)
    assert line.startswith(f"Spans are not kept on disk, since the spool {tmp_path}/spool/test-")
    assert line.endswith("or name another folder in VERSPAN_SPOOL.")


def test_folder_is_back(make_spool: MakeSpool, make_span: MakeSpan, place: Place, tmp_path: Path, folder: Path) -> None:
    """Once the folder takes files again, what waits in memory goes to disk, and so does what comes."""
    place.outcome = DOWN
    (tmp_path / "spool").write_text("in the way")
    spool = make_spool()
    spool.add(make_span("first"), None)
    spool.flush(LONG_S)
    (tmp_path / "spool").unlink()
    spool.flush(LONG_S)
    spool.add(make_span("second"), None)
    waiting = survey_one(folder, DESTINATION).waiting
    place.outcome = Outcome(delivered=True)

    assert spool.flush(LONG_S)
    assert (waiting, place.names) == (2, ["first", "second"])


def test_memory_is_bounded(
    make_spool: MakeSpool, make_span: MakeSpan, place: Place, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What is beyond the bound of the memory is counted as lost, and so is what waits there at the end."""
    place.outcome = DOWN
    (tmp_path / "spool").write_text("in the way")
    spool = make_spool()
    spool._appender.memory.max_spans = 2
    for name in ("first", "second", "third"):
        spool.add(make_span(name), None)
    spool.flush(LONG_S)
    spool.shutdown()

    why = "the folder of the spool took no files, and too many were waiting in memory"
    assert [line for line in _lines(caplog) if "lost" in line][1:] == [
        f"1 spans for somewhere are lost so far: {why}",
        f"3 spans for somewhere are lost so far: {why}",
    ]
    assert spool._tally.dropped == {DropReason.MEMORY: 3}


def test_removed_folder(make_spool: MakeSpool, make_span: MakeSpan, place: Place, tmp_path: Path) -> None:
    """Somebody who deletes the spool of a process that lives costs the spans in it and none after them."""
    import shutil

    spool = make_spool()
    spool.add(make_span("first"), None)
    spool.flush(LONG_S)
    shutil.rmtree(tmp_path / "spool")
    spool.flush(LONG_S)
    spool.add(make_span("second"), None)

    assert spool.flush(LONG_S)
    assert place.names == ["first", "second"]


def test_size_is_bounded(
    make_spool: MakeSpool, make_span: MakeSpan, place: Place, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where a spool is full the oldest segments go, and every span is either delivered or counted."""
    place.outcome = DOWN
    spool = make_spool(max_bytes=40_000)
    names = [f"span {number:03}" for number in range(500)]
    for name in names:
        spool.add(make_span(name), None)
    spool.flush(LONG_S)
    size = survey_one(folder, DESTINATION).size_bytes
    place.outcome = Outcome(delivered=True)

    assert spool.flush(LONG_S)
    spool.shutdown()
    dropped = read_counters(folder).dropped[DropReason.SIZE]
    assert 0 < dropped < len(names)
    assert place.names == names[dropped:]
    assert size <= 40_000
    assert f"{dropped} spans for somewhere are lost so far: the spool was full while" in "\n".join(_lines(caplog))


def test_age_is_bounded(make_spool: MakeSpool, make_span: MakeSpan, place: Place, folder: Path) -> None:
    """A segment that has waited for too long goes; how old its file looks is nothing to it."""
    place.outcome = DOWN
    spool = make_spool(max_age_s=100)
    spool.add(make_span("old"), None)
    spool.flush(LONG_S)
    (segment,) = spool._appender.segments
    os.utime(segment.path, (0, 0))
    spool.flush(LONG_S)
    kept = survey_one(folder, DESTINATION).waiting
    segment.wait_further(101)
    spool.flush(LONG_S)  # seals it
    spool.flush(LONG_S)

    assert (kept, survey_one(folder, DESTINATION).waiting) == (1, 0)
    assert read_counters(folder).dropped == {DropReason.AGE: 1}


def test_damage(
    make_spool: MakeSpool, make_span: MakeSpan, place: Place, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot be read is skipped, said, counted and kept aside, and costs no other span."""
    place.outcome = DOWN
    spool = make_spool()
    for name in ("first", "second", "third"):
        spool.add(make_span(name), None)
    spool.shutdown()
    (segment,) = folder.glob("*.segment")
    data = segment.read_bytes()
    segment.write_bytes(data.replace(b"second", b"sec0nd"))
    place.outcome = Outcome(delivered=True)
    again = make_spool()
    again.add(make_span("own"), None)
    again.flush(LONG_S)
    again.shutdown()

    assert place.names == ["own", "first", "third"]
    (aside,) = folder.glob("*.corrupt")
    assert b"sec0nd" in aside.read_bytes()
    assert f"{aside.stat().st_size} bytes of {segment} could not be read as spans" in "\n".join(_lines(caplog))
    assert read_counters(folder).unreadable_bytes == aside.stat().st_size


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
    assert "this system has no locks that end with their process" in _lines(caplog)[0]


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
