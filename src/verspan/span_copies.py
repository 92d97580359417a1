"""Copies of ended spans with something changed: the span itself is nobody's to change, since others hold it too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.trace import Link, Status, StatusCode

UNSET_STATUS = Status(StatusCode.UNSET)
"""The status of Verspan's own spans of which nobody has said how they went."""


class SpanCopy(ReadableSpan):
    """A copy of a span, of which what was dropped is still counted as the original counts it."""

    def __init__(  # noqa: PLR0913 - a parameter for each field that may change
        self,
        original: ReadableSpan,
        *,
        attributes: Mapping[str, Any],
        name: str | None = None,
        events: Sequence[Event] | None = None,
        links: Sequence[Link] | None = None,
        status: Status | None = None,
    ) -> None:
        """Copy a span; what is None stays as it is.

        Args:
            original: the span.
            attributes: the copy's attributes.
            name: its name.
            events: its events.
            links: its links.
            status: its status.
        """
        super().__init__(
            name=original.name if name is None else name,
            context=original.context,
            parent=original.parent,
            resource=original.resource,
            attributes=attributes,
            events=original.events if events is None else events,
            links=original.links if links is None else links,
            kind=original.kind,
            status=original.status if status is None else status,
            start_time=original.start_time,
            end_time=original.end_time,
            instrumentation_scope=original.instrumentation_scope,
        )
        self._original = original

    @property
    def dropped_attributes(self) -> int:
        """How many attributes the original had no room for."""
        return self._original.dropped_attributes

    @property
    def dropped_events(self) -> int:
        """How many events the original had no room for."""
        return self._original.dropped_events

    @property
    def dropped_links(self) -> int:
        """How many links the original had no room for."""
        return self._original.dropped_links
