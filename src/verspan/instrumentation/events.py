"""Server-sent events, of which every provider's stream is made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

_DATA = b"data:"
_PING = {"type": "ping"}


class Event(NamedTuple):
    """The JSON of one event."""

    data: Any
    end: int
    """Where the event ends in the body, in bytes."""


def events(body: bytes) -> Iterator[Event]:
    """The events of a body in order; those that are not JSON, such as a closing ``[DONE]``, are left out.

    So are those that only keep the connection open, which no client gives to the application.

    An event that is cut at the end of the body is one only where its JSON is whole.

    Args:
        body: a stream of events, or its beginning, as the HTML standard's "text/event-stream" has it.
    """
    end, data = 0, b""
    for line in body.splitlines(keepends=True):
        end += len(line)
        if line.startswith(_DATA):
            data = data + line[len(_DATA) :] if data else line[len(_DATA) :]
        elif data and not line.strip():
            yield from _event(data, end)
            data = b""
    if data:
        yield from _event(data, end)


def _event(data: bytes, end: int) -> Iterator[Event]:
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError:
        return
    if found != _PING:
        yield Event(found, end)
