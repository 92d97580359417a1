"""What spans have in common, written once for many: a number stands for each resource and scope."""

from __future__ import annotations

from itertools import count
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan

from verspan.spool.packing import pack_origin, unpack_origin
from verspan.spool.spans import Origin

_MAX_OBJECTS = 1000  # an application that asks for a tracer in every request makes a scope each time


class Origins:
    """The origins that spans of this process have had; any thread may ask.

    Two threads that meet the same one for the first time may give it two numbers, which costs a record.
    """

    def __init__(self) -> None:
        self.known: dict[int, Origin] = {}
        """Each by its number."""
        self._payloads: dict[int, bytes] = {}
        self._numbers: dict[bytes, int] = {}
        self._by_objects: dict[tuple[int, int], tuple[int, Any, Any]] = {}
        self._next = count(1)

    def number_of(self, span: ReadableSpan) -> int:
        """The number of a span's resource and scope."""
        resource, scope = span.resource, span.instrumentation_scope
        found = self._by_objects.get((id(resource), id(scope)))
        return found[0] if found is not None else self._number_of_new(span)

    def payload(self, number: int) -> bytes:
        """The origin's record."""
        return self._payloads[number]

    def _number_of_new(self, span: ReadableSpan) -> int:
        number = self._number_of_equal(span)
        if len(self._by_objects) >= _MAX_OBJECTS:
            self._by_objects.clear()
        resource, scope = span.resource, span.instrumentation_scope
        # With the objects themselves, so that no other gets the id of one that is gone.
        self._by_objects[id(resource), id(scope)] = (number, resource, scope)
        return number

    def _number_of_equal(self, span: ReadableSpan) -> int:
        content = pack_origin(span, 0)
        number = self._numbers.get(content)
        if number is None:
            number = next(self._next)
            self._payloads[number] = pack_origin(span, number)
            _, self.known[number] = unpack_origin(self._payloads[number])
            self._numbers[content] = number
        return number
