"""What a dialect's table is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from verspan.traces.model import SpanRecord

Reading = Callable[[SpanRecord, str], Any]
"""Reads a value out of a span, told the name that the table has for it; None where the span does not say it."""


def as_it_is(span: SpanRecord, theirs: str) -> Any:
    """The attribute's own value."""
    return span.attributes.get(theirs)


@dataclass(frozen=True)
class Entry:
    """One line of a table: where the value of an attribute comes from."""

    ours: str
    """The name by the present conventions."""
    theirs: str
    """The dialect's name; one that ends in ``*`` stands for every name that begins so."""
    read: Reading = as_it_is
    replaces: bool = False
    """Whether the dialect has the present name too and means another thing by it, or writes it in another form."""


@dataclass(frozen=True)
class Dialect:
    """How one family of instrumentors names things. Of several entries for a name the first with a value counts."""

    title: str
    """What people call it."""
    entries: Sequence[Entry]
    names: frozenset[str] = frozenset()
    """Attributes by which its spans are known."""
    prefixes: tuple[str, ...] = ()
    """What such attributes begin with."""
    events: frozenset[str] = frozenset()
    """Events by which its spans are known."""

    def is_spoken(self, names: Sequence[str]) -> bool:
        """Whether a span with attributes of these names speaks it."""
        if not self.names.isdisjoint(names):
            return True
        return bool(self.prefixes) and any(name.startswith(self.prefixes) for name in names)
