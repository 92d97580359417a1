"""How what belongs to an ended span and is not on it reaches whoever keeps the span.

Attributes of a span go wherever the application's processors send them, so content that may only be kept locally must
not be among them; and what can be worked out later need not be worked out while the application waits. A processor's
``on_end`` runs inside ``span.end()`` on the same thread: whoever ends a span lays its supplement down before and takes
it away after, and a processor that understands it picks it up in between. Nothing grows, and a span that nobody keeps
leaves nothing behind.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from verspan.errors import InvalidArgumentError

if TYPE_CHECKING:
    from opentelemetry.trace import Span

Content = Mapping[str, "str | bytes"]
"""Content by attribute name (:data:`verspan.semconv.CONTENT_ATTRIBUTES`, and the exception's message and stack trace),
each as JSON or plain text; bytes are UTF-8."""
Packed = tuple[Any, ...]
"""A supplement as it is written to disk: its kind, then strings, bytes, numbers, booleans, None, and lists, tuples and
dictionaries of these, which is what :mod:`marshal` takes."""


class Supplement(Protocol):
    """What belongs to a span and is not on it.

    It is taken when the span ends. What it says may be worked out later, on the thread that keeps the span, and in
    another process where the one that ended the span is gone.
    """

    def attributes(self) -> Mapping[str, Any]:
        """Further attributes of the span, which may go wherever the span goes; asking again gives the same."""
        ...

    def content(self) -> Content:
        """What may be kept locally and goes nowhere else; asking again gives the same."""
        ...

    def packed(self) -> Packed:
        """The supplement as :func:`unpack` takes it."""
        ...


class ReadyContent:
    """Content, and attributes that are not on the span, which are there already."""

    KIND = "ready"

    def __init__(self, content: Content, attributes: Mapping[str, Any] | None = None) -> None:
        self._content = content
        self._attributes = attributes or {}

    def attributes(self) -> Mapping[str, Any]:
        """The attributes as they are."""
        return self._attributes

    def content(self) -> Content:
        """The texts by attribute name."""
        return self._content

    def packed(self) -> Packed:
        """All of it as it is."""
        return (self.KIND, dict(self._content), dict(self._attributes))


def unpack(packed: Packed) -> Supplement:
    """The supplement that was packed, in this process or another.

    Raises:
        InvalidArgumentError: nobody here knows its kind, or the package that reads it is not installed.
    """
    kind, state = packed[0], packed[1:]
    if kind == ReadyContent.KIND:
        return ReadyContent(*state)
    from verspan.instrumentation import content  # here, since it needs the adapters and whoever hands over does not

    if kind == content.KIND:
        return content.TakenCall.unpack(state)
    raise InvalidArgumentError(f"what belongs to the span is of the kind {kind!r}, which this Verspan cannot read")


class _Slot(threading.local):
    supplement: Supplement | None = None


_slot = _Slot()


def end_span(span: Span, supplement: Supplement | None, end_time: int | None = None) -> None:
    """End a span while its supplement can be picked up by :func:`supplement_of_ending_span`.

    Args:
        span: the span to end.
        supplement: what belongs to the span and is not on it; None where there is nothing.
        end_time: nanoseconds since the epoch; now where it is None.
    """
    outer, _slot.supplement = _slot.supplement, supplement
    try:
        span.end(end_time)
    finally:
        _slot.supplement = outer


def supplement_of_ending_span() -> Supplement | None:
    """What belongs to the span that is being ended on this thread; for a span processor's ``on_end``."""
    return _slot.supplement
