"""A segment's reading end: where it goes on, and when it is done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan

from verspan.spool.origins import Origins
from verspan.spool.packing import pack_span
from verspan.spool.reading import Segment
from verspan.spool.segments import HEADER_SIZE, SegmentWriter

MakeSpan = Callable[..., ReadableSpan]


@pytest.fixture
def writer(tmp_path: Path, make_span: MakeSpan) -> SegmentWriter:
    """A segment with three spans of one origin."""
    origins = Origins()
    made = SegmentWriter(tmp_path / "session.000001.segment")
    for name in ("first", "second", "third"):
        span = make_span(name)
        number = origins.number_of(span)
        if number not in made.origins:
            made.append_origin(number, origins.payload(number))
        made.append(pack_span(span, None, number, keeps_content=True))
    return made


def _names(segment: Segment) -> list[str]:
    return [taken.span.name for taken in segment.oldest(segment.extent())]


def test_goes_on_where_it_stopped(writer: SegmentWriter) -> None:
    """Whoever opens a segment later reads what is not delivered, with its resource, and for how long it has waited."""
    before = Segment(writer.path)
    first, second, _ = before.oldest(before.extent())
    before.settle([first, second])
    before.wait_further(90)

    after = Segment(writer.path)
    (third,) = after.oldest(after.extent())

    assert (after.waiting(), after.waited_s, third.span.name) == (1, 90, "third")
    assert third.span.origin.resource.attributes == {"service.name": "support"}
    assert third.span.origin.scope is not None
    assert third.span.origin.scope.name == "support"


def test_state_that_is_broken(writer: SegmentWriter) -> None:
    """Where the state cannot be read, nothing counts as delivered."""
    before = Segment(writer.path)
    before.settle(list(before.oldest(before.extent())))
    data = bytearray(writer.path.read_bytes())
    data[HEADER_SIZE - 1] ^= 0xFF
    writer.path.write_bytes(data)

    assert _names(Segment(writer.path)) == ["first", "second", "third"]


def test_finished(writer: SegmentWriter) -> None:
    """A segment is finished once nobody writes to it and all of it is delivered."""
    is_sealed = False
    segment = Segment(writer.path, lambda: is_sealed)
    open_and_full = segment.is_finished()
    segment.settle(list(segment.oldest(segment.extent())))
    open_and_empty = segment.is_finished()
    is_sealed = True

    assert (open_and_full, open_and_empty, segment.is_finished()) == (False, False, True)


def test_waiting_is_read_once(writer: SegmentWriter) -> None:
    """What waits is not read anew with every try, so that a long outage does not keep the disk busy."""
    segment = Segment(writer.path)
    before = segment.is_finished()
    writer.path.write_bytes(bytes(writer.path.stat().st_size))  # in which nobody would find a span

    assert (before, segment.is_finished()) == (False, False)


def test_extent(writer: SegmentWriter, make_span: MakeSpan) -> None:
    """What is written after an extent was taken is not in it."""
    segment = Segment(writer.path, lambda: False)
    extent = segment.extent()
    writer.append(pack_span(make_span("fourth"), None, 1, keeps_content=True))

    assert len(list(segment.oldest(extent))) == 3
    assert segment.waiting() == 4


def test_removed_by_somebody(writer: SegmentWriter) -> None:
    """A segment whose file is gone has nothing, and is finished."""
    segment = Segment(writer.path, lambda: False)
    segment.waiting()
    writer.path.unlink()

    assert (segment.waiting(), segment.is_finished()) == (0, True)
