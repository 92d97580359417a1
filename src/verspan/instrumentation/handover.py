"""How content reaches the local store without being on the span.

Attributes of a span go wherever the application's processors send them, so content that may only be kept locally must
not be among them. A processor's ``on_end`` runs inside ``span.end()`` on the same thread: whoever ends a span lays its
content down before and takes it away after, and a processor that may keep content picks it up in between. Nothing
grows, and a span that nobody keeps leaves nothing behind.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from opentelemetry.trace import Span

ContentAttributes = Mapping[str, "str | bytes"]
"""Content by attribute name (:data:`verspan.semconv.CONTENT_ATTRIBUTES`, and the exception's message and stack trace),
each as JSON or plain text; bytes are UTF-8."""


class Content(Protocol):
    """What belongs to a span and may be kept locally.

    It is taken when the span ends and may be worked out later, on the thread that keeps it.
    """

    @property
    def size(self) -> int:
        """About how many bytes it takes, for whoever bounds what waits."""
        ...

    def attributes(self) -> ContentAttributes:
        """The content itself; asking a second time gives the same."""
        ...


class ReadyContent:
    """Content that is there already."""

    def __init__(self, attributes: ContentAttributes) -> None:
        self._attributes = attributes

    @property
    def size(self) -> int:
        """The length of all its texts."""
        return sum(map(len, self._attributes.values()))

    def attributes(self) -> ContentAttributes:
        """The texts by attribute name."""
        return self._attributes


class _Slot(threading.local):
    content: Content | None = None


_slot = _Slot()


def end_span(span: Span, content: Content | None, end_time: int | None = None) -> None:
    """End a span while its content can be picked up by :func:`content_of_ending_span`.

    Args:
        span: the span to end.
        content: what may be kept locally and is not on the span; None where there is none.
        end_time: nanoseconds since the epoch; now where it is None.
    """
    outer, _slot.content = _slot.content, content
    try:
        span.end(end_time)
    finally:
        _slot.content = outer


def content_of_ending_span() -> Content | None:
    """Content of the span that is being ended on this thread; for a span processor's ``on_end``."""
    return _slot.content
