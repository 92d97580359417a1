"""Segments that are mapped into memory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
from opentelemetry.sdk.trace import ReadableSpan

from verspan.spool.mapped import LARGEST_PAYLOAD, MappedSegmentWriter, can_map
from verspan.spool.origins import Origins
from verspan.spool.packing import pack_span
from verspan.spool.reading import Segment
from verspan.spool.segments import HEADER_SIZE

from .conftest import MakeSpool, Place

MakeSpan = Callable[..., ReadableSpan]
pytestmark = pytest.mark.skipif(not can_map(Path(__file__).parent), reason="this file system's files are not mapped")


def _append(writer: MappedSegmentWriter, span: ReadableSpan) -> bool:
    origins = Origins()
    number = origins.number_of(span)
    if number not in writer.origins:
        writer.append_origin(number, origins.payload(number))
    return writer.append(pack_span(span, None, number, keeps_content=True))


def _names(path: Path) -> list[str]:
    segment = Segment(path)
    names = [taken.span.name for taken in segment.oldest(segment.extent())]
    assert segment.take_unreadable() == 0
    return names


def test_as_it_is_written(tmp_path: Path, make_span: MakeSpan) -> None:
    """What is written can be read at once, and the space after it is neither a span nor damage."""
    writer = MappedSegmentWriter(tmp_path / "a.segment", 1 << 16)
    for name in ("first", "second"):
        assert _append(writer, make_span(name))
        assert _names(writer.path)[-1] == name
    assert writer.path.stat().st_size == 1 << 16


def test_shrinks(tmp_path: Path, make_span: MakeSpan) -> None:
    """A segment that nobody writes to any more is as large as what is in it."""
    writer = MappedSegmentWriter(tmp_path / "a.segment")
    _append(writer, make_span("only"))
    size, path = writer.size, writer.path
    del writer
    assert (path.stat().st_size, _names(path)) == (size, ["only"])


def test_full(tmp_path: Path, make_span: MakeSpan) -> None:
    """What does not fit is refused, and nothing of it is written."""
    writer = MappedSegmentWriter(tmp_path / "a.segment", HEADER_SIZE + 1000)
    written = sum(_append(writer, make_span("one")) for _ in range(20))
    assert 0 < written < 20
    assert _names(writer.path) == ["one"] * written


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # forking is what is tried here
def test_forked_child(tmp_path: Path, make_span: MakeSpan) -> None:
    """A child that lets go of its parent's segment leaves it as it is."""
    writer = MappedSegmentWriter(tmp_path / "a.segment")
    child = os.fork()
    if child == 0:
        del writer
        os._exit(0)
    os.waitpid(child, 0)
    assert _append(writer, make_span("after the child"))
    assert _names(writer.path) == ["after the child"]


def test_killed(tmp_path: Path) -> None:
    """What was written is there after the process was killed in the middle of writing more."""
    program = dedent(f"""
        import os
        from pathlib import Path
        from verspan.spool.mapped import MappedSegmentWriter

        writer = MappedSegmentWriter(Path({str(tmp_path / "a.segment")!r}))
        writer.append(b"x" * 5000)
        os.kill(os.getpid(), 9)
    """)
    subprocess.run([sys.executable, "-c", program], check=False)
    segment = Segment(tmp_path / "a.segment")
    assert segment.waiting() == 1


def test_larger_than_a_segment(make_spool: MakeSpool, make_span: MakeSpan, place: Place) -> None:
    """A span larger than a segment has one to itself, and those before and after it stay where they are."""
    spool = make_spool()
    large = make_span("large", 2, attributes={"text": "x" * (LARGEST_PAYLOAD + 1)})
    for span in (make_span("before", 1), large, make_span("after", 3)):
        spool.add(span, None)
    assert spool.flush(30)
    assert sorted(place.names) == ["after", "before", "large"]


def test_many_segments(make_spool: MakeSpool, make_span: MakeSpan, place: Place) -> None:
    """Spans go on in the next segment when one is full, and none is lost or delivered twice."""
    spool = make_spool()
    names = [f"span {number}" for number in range(100)]
    for number, name in enumerate(names):
        spool.add(make_span(name, number, attributes={"text": "x" * 30_000}), None)
    assert spool.flush(30)
    assert place.names == names


def test_extent(make_spool: MakeSpool, make_span: MakeSpan) -> None:
    """What is there at one moment is what is written by then, so that a drain does not run after a busy application."""
    spool = make_spool()
    spool.add(make_span("one"), None)
    (segment,) = spool._appender.segments
    before = segment.extent()
    spool.add(make_span("two"), None)
    assert [taken.span.name for taken in segment.oldest(before)] == ["one"]


def test_next_segment(make_spool: MakeSpool, make_span: MakeSpan, place: Place, folder: Path) -> None:
    """The next segment is made before it is needed, serves when it is, and goes where it never was."""
    spool = make_spool()

    def add(*numbers: int) -> None:
        for number in numbers:
            spool.add(make_span(str(number), number, attributes={"text": "x" * (LARGEST_PAYLOAD - 1000)}), None)

    add(1, 2)
    assert spool.flush(30)
    spare = spool._appender._spare
    assert spare is not None
    add(3, 4, 5, 6)
    assert spool._appender._writer is spare
    del spare
    assert spool.flush(30)
    spool.shutdown()
    assert place.names == ["1", "2", "3", "4", "5", "6"]
    assert list(folder.glob("*.segment")) == []
