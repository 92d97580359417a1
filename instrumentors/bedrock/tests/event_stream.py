"""AWS's binary streams of events, as a server sends them."""

from __future__ import annotations

import json
import struct
from binascii import crc32
from collections.abc import Iterable
from typing import Any

_TEXT = 7


def encoded(events: Iterable[tuple[str, Any]]) -> bytes:
    """Events, each by its type and its JSON; one whose type ends in ``Exception`` is sent as one.

    The format is a length, the length of the headers, a checksum of both, headers, payload, and a checksum of it all.
    """
    return b"".join(_message(kind, json.dumps(data).encode()) for kind, data in events)


def _message(kind: str, payload: bytes) -> bytes:
    is_failure = kind.endswith("Exception")
    headers = {
        ":exception-type" if is_failure else ":event-type": kind,
        ":content-type": "application/json",
        ":message-type": "exception" if is_failure else "event",
    }
    packed = b"".join(map(_header, headers.items()))
    start = struct.pack("!II", 16 + len(packed) + len(payload), len(packed))
    start += struct.pack("!I", crc32(start))
    message = start + packed + payload
    return message + struct.pack("!I", crc32(message))


def _header(header: tuple[str, str]) -> bytes:
    name, value = (part.encode() for part in header)
    return struct.pack("!B", len(name)) + name + struct.pack("!BH", _TEXT, len(value)) + value
