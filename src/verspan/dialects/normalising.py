"""A span's attributes by the present conventions, whichever dialect they came in.

What a span says in the present names stays as it is, and so does every name of a dialect: names are added. Where a
dialect has a present name with another meaning, or in another form, the value is replaced, and the one that came stands
under ``verspan.original.`` and that name. To read a span again that was read before changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from verspan.dialects.logfire import LOGFIRE
from verspan.dialects.mlflow import MLFLOW
from verspan.dialects.openinference import OPENINFERENCE
from verspan.dialects.openllmetry import OPENLLMETRY
from verspan.dialects.otel import OTEL
from verspan.dialects.table import Dialect, Entry
from verspan.dialects.vercel import VERCEL
from verspan.notices import Notices
from verspan.semconv import VERSPAN_ORIGINAL_PREFIX
from verspan.traces.model import SpanRecord

DIALECTS: Final[Sequence[Dialect]] = (OPENINFERENCE, OPENLLMETRY, LOGFIRE, MLFLOW, VERCEL, OTEL)
"""In the order in which they are asked; the conventions' own past comes last, since others say more."""

_logger = logging.getLogger(__name__)
_notices = Notices()
_WITH_EVENTS: Final = tuple(dialect for dialect in DIALECTS if dialect.events)


def dialects_spoken(names: Sequence[str]) -> Sequence[Dialect]:
    """The dialects that attributes of these names are of; a span in the present conventions speaks none."""
    return tuple(dialect for dialect in DIALECTS if dialect.is_spoken(names))


def dialects_of(span: SpanRecord, by_names: Sequence[Dialect]) -> Sequence[Dialect]:
    """All dialects of a span.

    Args:
        span: the span.
        by_names: those that its attributes are of.
    """
    if not span.events:
        return by_names
    told = {event.name for event in span.events}
    by_events = [one for one in _WITH_EVENTS if one not in by_names and not one.events.isdisjoint(told)]
    return (*by_names, *by_events)


def present_attributes(span: SpanRecord, dialects: Sequence[Dialect]) -> Mapping[str, Any]:
    """What has to be added to a span's attributes, or replaced in them, for the present conventions.

    Args:
        span: the span.
        dialects: those that it speaks.
    """
    found: dict[str, Any] = {}
    for dialect in dialects:
        _read_guarded(span, dialect, found)
    return found


def _read_guarded(span: SpanRecord, dialect: Dialect, found: dict[str, Any]) -> None:
    try:
        _read(span, dialect, found)
    except Exception as error:  # noqa: BLE001 - nobody has checked what others write, and the span is kept all the same
        if _notices.due(dialect.title):
            _logger.warning(
                "Attributes of %s on a span cannot be read: it is kept as it came: %r", dialect.title, error
            )


def _read(span: SpanRecord, dialect: Dialect, found: dict[str, Any]) -> None:
    for entry in dialect.entries:
        if entry.ours in found or (entry.ours in span.attributes and not entry.replaces):
            continue
        value = entry.read(span, entry.theirs)
        if value is not None:
            found.update(_told(span, entry, value))


def _told(span: SpanRecord, entry: Entry, value: Any) -> Iterator[tuple[str, Any]]:
    if entry.ours not in span.attributes:
        yield entry.ours, value
    elif VERSPAN_ORIGINAL_PREFIX + entry.ours not in span.attributes and span.attributes[entry.ours] != value:
        yield VERSPAN_ORIGINAL_PREFIX + entry.ours, span.attributes[entry.ours]
        yield entry.ours, value
