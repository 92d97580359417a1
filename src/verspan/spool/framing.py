"""How records stand in a file, so that whatever is unreadable costs itself alone.

A record is a mark with its kind, its payload's length, that length inverted, the payload's CRC-32, and the payload. The
inverted length tells a write that was cut short, at a file's end, from a length that something has overwritten.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import Enum
from mmap import mmap
from typing import NamedTuple
from zlib import crc32

_MARK = b"\xf5Vs"  # no UTF-8 text has the first byte
_HEADER = struct.Struct("<4sIII")
_ALL_BITS = 0xFFFFFFFF


class RecordKind(bytes, Enum):
    """What a record holds."""

    SPAN = b"s"
    ORIGIN = b"o"
    """What spans refer to: the resource and the scope that made them."""


class Record(NamedTuple):
    """A record that is whole."""

    kind: RecordKind
    payload: bytes
    start: int
    """Where it begins, from the beginning of what was read."""
    end: int


class Damage(NamedTuple):
    """Bytes that are no record, from one position to another."""

    start: int
    end: int


_MARKS = {_MARK + kind.value: kind for kind in RecordKind}
SPAN_MARK = _MARK + RecordKind.SPAN.value
"""What a span's record begins with."""


def framed(payload: bytes, mark: bytes = SPAN_MARK) -> bytes:
    """A record of that payload, a span's unless a :func:`mark_of` says otherwise."""
    length = len(payload)
    return _HEADER.pack(mark, length, length ^ _ALL_BITS, crc32(payload)) + payload


def write_record(memory: mmap, position: int, payload: bytes, mark: bytes) -> int | None:
    """Put a record into a mapped file; what tells that it is one is written last.

    Returns:
        Where it ends; None where it does not fit, and then nothing is written.
    """
    start = position + _HEADER.size
    length = len(payload)
    end = start + length
    if end > len(memory):
        return None
    memory[start:end] = payload
    _HEADER.pack_into(memory, position, mark, length, length ^ _ALL_BITS, crc32(payload))
    return end


def mark_of(kind: RecordKind) -> bytes:
    """What a record of that kind begins with."""
    return _MARK + kind.value


def records(data: bytes, *, is_complete: bool) -> Iterator[Record | Damage]:
    """What stands in a piece of a file that begins where a record should.

    Args:
        data: the piece.
        is_complete: whether nothing is written after it any more. Where something may be, bytes at its end that are no
            record yet are left for the next time.
    """
    position = 0
    while position < len(data):
        record = _record_at(data, position)
        if record is not None:
            yield record
            position = record.end
            continue
        following = _next_record(data, position + 1)
        if following is None:
            following = len(data)
            if not is_complete or _is_cut_short(data, position):
                return
        if data.count(0, position, following) < following - position:  # space that nothing was written to is no damage
            yield Damage(position, following)
        position = following


def _record_at(data: bytes, position: int) -> Record | None:
    start = position + _HEADER.size
    if start > len(data):
        return None
    mark, length, inverted, checksum = _HEADER.unpack_from(data, position)
    kind = _MARKS.get(mark)
    end = start + length
    if kind is None or length ^ inverted != _ALL_BITS or end > len(data):
        return None
    payload = data[start:end]
    return Record(kind, payload, position, end) if crc32(payload) == checksum else None


def _next_record(data: bytes, position: int) -> int | None:
    while (position := data.find(_MARK, position)) >= 0:
        if _record_at(data, position) is not None:
            return position
        position += 1
    return None


def _is_cut_short(data: bytes, position: int) -> bool:
    """Whether the bytes from here to the end are the beginning of a record and nothing else.

    Its writer was stopped before it could say that the span was written, so nothing is missing.
    """
    rest = data[position:]
    if len(rest) < _HEADER.size:
        return any(mark.startswith(rest[: len(mark)]) for mark in _MARKS)
    mark, length, inverted, _ = _HEADER.unpack_from(rest)
    return mark in _MARKS and length ^ inverted == _ALL_BITS and length > len(rest) - _HEADER.size
