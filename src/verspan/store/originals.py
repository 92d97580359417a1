"""What a span of another dialect said in its own names, kept as the little that its messages do not say already.

Such a span says everything once more that its messages do, mostly twice: taken apart into many attributes, and as the
JSON of the whole request. The messages are kept once as bodies, as everybody's are; the originals are compressed
against them, so that a text which is in a body costs some bytes here, however it is written, and comes back exactly.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from verspan import semconv
from verspan.store.compression import compress_against, decompress_against
from verspan.store.encoding import from_json, to_json
from verspan.traces.model import Attributes, EventRecord

_LONG = 16  # characters; a shorter text costs less as it is
_PRESENT: Final = frozenset(value for value in vars(semconv).values() if isinstance(value, str))
_OURS: Final = ("verspan.tag.", "verspan.metadata.", "logged_model.")


class Originals(NamedTuple):
    """What of a span stands in the names of another dialect and may repeat its messages."""

    attributes: Attributes
    events: Sequence[EventRecord]


NO_ORIGINALS: Final = Originals({}, ())


def originals_of(attributes: Attributes, names: Iterable[str], events: Sequence[EventRecord]) -> Originals:
    """The originals of a span that speaks another dialect.

    Args:
        attributes: all of its attributes.
        names: those that are not content in the present conventions.
        events: its events.
    """
    return Originals({name: attributes[name] for name in names if _is_told(name, attributes[name])}, events)


def _is_told(name: str, value: Any) -> bool:
    if name in _PRESENT or name.startswith(_OURS):
        return False
    return isinstance(value, (list, tuple, Mapping)) or (isinstance(value, str) and len(value) >= _LONG)


def packed(originals: Originals, bodies: Sequence[bytes]) -> str:
    """Originals as text for a JSON object.

    Args:
        originals: of a span.
        bodies: the contents of the span's bodies, in order.
    """
    events = [[event.name, event.time_ns, event.attributes] for event in originals.events]
    content = to_json([originals.attributes, events])
    return base64.b64encode(compress_against(content, b"".join(bodies))).decode()


def unpacked(text: str, bodies: Sequence[bytes]) -> Originals:
    """The originals that :func:`packed` was given, from the same bodies."""
    attributes, events = from_json(decompress_against(base64.b64decode(text), b"".join(bodies)))
    return Originals(attributes, [EventRecord(*event) for event in events])
