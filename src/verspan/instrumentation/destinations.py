"""Where a message goes that carries the context, told by whoever sends it where its span does not say.

Propagators see headers and never whom they go to. The client's span tells them the server's address; a pipe to a
process has none, and a span of somebody else's may say nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from opentelemetry.context import Context, create_key, get_value, set_value

_DESTINATION: Final = create_key("verspan.destination")


@dataclass(frozen=True)
class Destination:
    """Whom the context goes to."""

    host: str | None
    """By name or address; None where it stays on this machine."""


def within_this_machine(context: Context) -> Context:
    """A context from which is injected what stays here, as the environment of a child process does."""
    return set_value(_DESTINATION, Destination(None), context)


def going_to(host: str, context: Context) -> Context:
    """A context from which is injected what goes to a host."""
    return set_value(_DESTINATION, Destination(host), context)


def destination_of(context: Context) -> Destination | None:
    """Where what is injected from a context goes, as far as somebody has said."""
    found = get_value(_DESTINATION, context)
    return found if isinstance(found, Destination) else None
