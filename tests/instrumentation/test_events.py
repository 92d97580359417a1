"""Server-sent events."""

from __future__ import annotations

from verspan.instrumentation.events import Event, events


def test_what_is_no_event() -> None:
    """Comments, fields other than data, the closing mark and broken lines are no events."""
    body = b': waiting\n\nevent: x\ndata: {"a": 1}\n\ndata:{"a": 2}\r\n\r\ndata: {"a\n\ndata: [DONE]\n\n'
    assert list(events(body)) == [Event({"a": 1}, 36), Event({"a": 2}, 53)]


def test_data_of_several_lines() -> None:
    """Lines of data with no empty line between them are one event."""
    assert list(events(b'data: {"a":\ndata: 1}\n\n')) == [Event({"a": 1}, 22)]


def test_last_event() -> None:
    """An event at the end of the body needs no empty line after it where its JSON is whole."""
    assert list(events(b'data: {"a": 1}')) == [Event({"a": 1}, 14)]
    assert list(events(b'data: {"a": ')) == []


def test_ping() -> None:
    """What keeps a connection open is no event: the client gives the application nothing for it."""
    body = b'event: ping\ndata: {"type": "ping"}\n\ndata: {"a": 1}\n\n'
    assert list(events(body)) == [Event({"a": 1}, len(body))]
