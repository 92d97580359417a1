"""A folder that is missing, full, too old or damaged."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.spool.conftest import DESTINATION, DOWN, LONG_S, MakeSpan, MakeSpool, Place, warnings_in

from verspan.spool.counters import DropReason, read_counters
from verspan.spool.delivery import Outcome
from verspan.spool.survey import survey_one


def test_no_folder(
    make_spool: MakeSpool, make_span: MakeSpan, place: Place, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the folder takes no files, spans are delivered from memory, and that is said with the way out."""
    (tmp_path / "spool").write_text("in the way")
    spool = make_spool()
    spool.add(make_span("first"), None)

    assert spool.flush(LONG_S)
    assert place.names == ["first"]
    (line,) = warnings_in(caplog)
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
    assert [line for line in warnings_in(caplog) if "lost" in line][1:] == [
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
    assert f"{dropped} spans for somewhere are lost so far: the spool was full while" in "\n".join(warnings_in(caplog))


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
    assert f"{aside.stat().st_size} bytes of {segment} could not be read as spans" in "\n".join(warnings_in(caplog))
    assert read_counters(folder).unreadable_bytes == aside.stat().st_size
