"""What a destination did not get and what is wrong with it, in a small file that processes share and people read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path

from verspan.spool.sessions import exclusively

_FILE = "counters.json"


class DropReason(str, Enum):
    """Why a span never reached its destination."""

    SIZE = "size"
    """The spool was as large as it may be."""
    AGE = "age"
    """The destination did not take it for as long as spans may wait."""
    MEMORY = "memory"
    """The folder took no files, and as many spans as may wait in memory did so."""
    REFUSED = "refused"
    """The destination said that it will never take it."""
    UNUSABLE = "unusable"
    """It could not be written down: it had no ids or no times."""


@dataclass(frozen=True)
class Counters:
    """What all processes together have counted for one destination."""

    dropped: Mapping[DropReason, int] = field(default_factory=dict)
    unreadable_bytes: int = 0
    """Bytes of segments that were no spans of ours."""
    sampled_out: int = 0
    """Spans that were left out on purpose."""
    trouble: str = ""
    """What the destination said when it last did not take spans; empty where it took the last ones."""
    trouble_since_ns: int | None = None
    """When that began, in nanoseconds since the epoch; None where nothing is wrong."""


def read_counters(folder: Path) -> Counters:
    """The counters in a destination's folder; where there are none, or none that can be read, all are zero."""
    try:
        return _from_json((folder / _FILE).read_bytes())
    except OSError:
        return Counters()


def add_to_counters(
    folder: Path, dropped: Mapping[DropReason, int], *, unreadable_bytes: int = 0, sampled_out: int = 0
) -> None:
    """Count what further spans did not arrive.

    Raises:
        OSError: the file cannot be written.
    """

    def with_further(now: Counters) -> Counters:
        total = {**now.dropped}
        for reason, number in dropped.items():
            total[reason] = total.get(reason, 0) + number
        return replace(
            now,
            dropped=total,
            unreadable_bytes=now.unreadable_bytes + unreadable_bytes,
            sampled_out=now.sampled_out + sampled_out,
        )

    _change(folder, with_further)


def set_trouble(folder: Path, trouble: str, now_ns: int) -> None:
    """Say what is wrong with the destination; an empty text where nothing is any more.

    Raises:
        OSError: the file cannot be written.
    """

    def with_trouble(now: Counters) -> Counters:
        since = (now.trouble_since_ns or now_ns) if trouble else None
        return replace(now, trouble=trouble, trouble_since_ns=since)

    _change(folder, with_trouble)


def _change(folder: Path, changed: Callable[[Counters], Counters]) -> None:
    with exclusively(folder / _FILE) as file:
        text = _to_json(changed(_from_json(file.read())))
        file.seek(0)
        file.write(text)
        file.truncate()


def _from_json(text: bytes) -> Counters:
    try:
        found = json.loads(text)
        dropped = {DropReason(name): int(number) for name, number in found["dropped"].items()}
        return Counters(
            dropped,
            int(found["unreadable_bytes"]),
            int(found["sampled_out"]),
            str(found["trouble"]),
            found["trouble_since_ns"],
        )
    except (ValueError, KeyError, TypeError):
        return Counters()


def _to_json(counters: Counters) -> bytes:
    return json.dumps(
        {
            "dropped": {reason.value: number for reason, number in counters.dropped.items()},
            "unreadable_bytes": counters.unreadable_bytes,
            "sampled_out": counters.sampled_out,
            "trouble": counters.trouble,
            "trouble_since_ns": counters.trouble_since_ns,
        }
    ).encode()
