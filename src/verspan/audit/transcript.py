"""The log as a file: a line of JSON for its head, then one for each entry, with everything that its hash is made of."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count as numbers
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson

from verspan.audit.chain import ALGORITHM, Link, Record
from verspan.audit.model import Anchor
from verspan.audit.records import KeptLog
from verspan.errors import InvalidArgumentError

_TEXTS: Final = ("action", "subject_kind", "subject_id", "contents_digest", "previous", "hash")
_INTEGERS: Final = ("sequence", "timestamp")
_OPTIONAL: Final = (("salt", str), ("contents", str), ("erased_by", int))
_MOST: Final = 64 * 2**20  # bytes of a line: what is longer is no entry, and would fill the memory


def lines_of(log: KeptLog) -> Iterator[bytes]:
    """The lines of a file, each with its line feed."""
    yield _line({"format": ALGORITHM, "count": log.head.count, "hash": log.head.hash})
    yield from (_line(_document(record)) for record in log.records)


def read_transcript(path: Path, file: BinaryIO) -> KeptLog:
    """The log that a file holds, read as it is asked for.

    Raises:
        InvalidArgumentError: a line is not what :func:`lines_of` writes; the message names the file and the line.
    """
    lines = _lines(path, file)
    first = next(lines, {})
    count, last_hash = first.get("count"), first.get("hash")
    if first.get("format") != ALGORITHM or not isinstance(count, int) or not isinstance(last_hash, str):
        raise InvalidArgumentError(
            f"{path} is no audit log that `verspan audit export` wrote: its first line is to have the format"
            f" {ALGORITHM!r}, the count of the entries and the hash of the last"
        )
    return KeptLog(
        Anchor(count, last_hash), (_record(path, number, line) for number, line in enumerate(lines, start=2))
    )


def _document(record: Record) -> dict[str, Any]:
    link = record.link
    return {
        "sequence": link.sequence,
        "timestamp": link.timestamp,
        "action": link.action,
        "subject_kind": link.subject_kind,
        "subject_id": link.subject_id,
        "contents_digest": link.contents_digest,
        "previous": link.previous,
        "hash": record.hash,
        "salt": None if record.salt is None else record.salt.hex(),
        "contents": record.contents,
        "erased_by": record.erased_by,
    }


def _line(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)


def _lines(path: Path, file: BinaryIO) -> Iterator[dict[str, Any]]:
    for number in numbers(1):
        line = file.readline(_MOST)
        if not line:
            return
        try:
            document = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise InvalidArgumentError(f"{path}, line {number}: it is no JSON ({error})") from error
        if not isinstance(document, dict):
            raise InvalidArgumentError(f"{path}, line {number}: it is no JSON object")
        yield document


def _record(path: Path, number: int, line: dict[str, Any]) -> Record:
    _check_types(path, number, line)
    salt = line.get("salt")
    try:
        link = Link(**{name: line[name] for name in (*_INTEGERS, *_TEXTS) if name != "hash"})
        return Record(
            link,
            line["hash"],
            None if salt is None else bytes.fromhex(salt),
            line.get("contents"),
            line.get("erased_by"),
        )
    except ValueError as error:
        raise InvalidArgumentError(f"{path}, line {number}: its salt is not hexadecimal digits") from error


def _check_types(path: Path, number: int, line: dict[str, Any]) -> None:
    wrong = [name for name in _TEXTS if not isinstance(line.get(name), str)]
    wrong += [name for name in _INTEGERS if type(line.get(name)) is not int]
    wrong += [name for name, kind in _OPTIONAL if line.get(name) is not None and type(line[name]) is not kind]
    if wrong:
        raise InvalidArgumentError(f"{path}, line {number}: {', '.join(wrong)} missing, or not of the right type")
