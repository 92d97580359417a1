"""Records in a file, and what is made of one that is broken."""

from __future__ import annotations

import pytest

from verspan.spool.framing import Damage, Record, RecordKind, framed, mark_of, records

FIRST, SECOND = framed(b"first"), framed(b"second", mark_of(RecordKind.ORIGIN))
WHOLE = FIRST + SECOND


def _record(kind: RecordKind, payload: bytes, start: int) -> Record:
    return Record(kind, payload, start, start + len(framed(payload)))


def test_records() -> None:
    """Records come back in their order, each with its kind and place."""
    assert list(records(WHOLE, is_complete=True)) == [
        _record(RecordKind.SPAN, b"first", 0),
        _record(RecordKind.ORIGIN, b"second", len(FIRST)),
    ]


@pytest.mark.parametrize("position", range(len(FIRST)))
def test_flipped_byte(position: int) -> None:
    """Whichever byte of a record is overwritten, that record is damage and the next one is read."""
    broken = bytearray(WHOLE)
    broken[position] ^= 0xFF

    assert list(records(bytes(broken), is_complete=True)) == [
        Damage(0, len(FIRST)),
        _record(RecordKind.ORIGIN, b"second", len(FIRST)),
    ]


def test_junk_between() -> None:
    """What something else wrote between two records is damage, and both are read."""
    assert list(records(FIRST + b"junk" + SECOND, is_complete=True)) == [
        _record(RecordKind.SPAN, b"first", 0),
        Damage(len(FIRST), len(FIRST) + 4),
        _record(RecordKind.ORIGIN, b"second", len(FIRST) + 4),
    ]


@pytest.mark.parametrize("is_complete", [True, False])
@pytest.mark.parametrize("length", range(1, len(SECOND)))
def test_cut_short(length: int, is_complete: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A write that was cut short is no damage, whether more may come or not."""
    assert list(records(FIRST + SECOND[:length], is_complete=is_complete)) == [_record(RecordKind.SPAN, b"first", 0)]


def test_broken_end() -> None:
    """Junk at the end is damage once nothing more can come, and is left alone as long as something may."""
    data = FIRST + b"junk"

    assert list(records(data, is_complete=False)) == [_record(RecordKind.SPAN, b"first", 0)]
    assert list(records(data, is_complete=True))[1:] == [Damage(len(FIRST), len(data))]


def test_mark_inside_a_payload() -> None:
    """A payload that looks like the beginning of a record is not taken for one."""
    misleading = framed(mark_of(RecordKind.SPAN) + b"text")

    assert list(records(b"x" + misleading, is_complete=True)) == [
        Damage(0, 1),
        Record(RecordKind.SPAN, mark_of(RecordKind.SPAN) + b"text", 1, 1 + len(misleading)),
    ]
