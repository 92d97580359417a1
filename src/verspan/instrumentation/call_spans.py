"""Spans of calls that only Verspan reads, and who makes them."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from opentelemetry.context import Context
from opentelemetry.trace import Span


class Scope(NamedTuple):
    """An instrumentation scope, by the arguments of ``get_tracer``."""

    name: str
    version: str
    schema_url: str


class CallSpanMaker(Protocol):
    """Starts client spans that are cheaper than the SDK's, for those who pick up supplements when a span ends.

    Such a span need not carry what its supplement says (:mod:`verspan.instrumentation.handover`), attributes that are
    known when it starts among them.
    """

    def start(self, name: str, parent: Context, scope: Scope) -> Span:
        """Start a span of kind CLIENT, which records nothing where the sampler declines it.

        Args:
            name: its name.
            parent: the context that holds its parent.
            scope: who makes it.
        """
        ...


class InForce:
    """Who makes the spans of calls, for those who ask on every call."""

    maker: CallSpanMaker | None = None
    """None where spans come from the process's TracerProvider and carry every attribute."""


def set_call_span_maker(maker: CallSpanMaker | None) -> None:
    """Have calls get their spans from a maker from now on; None where somebody else reads the process's spans."""
    InForce.maker = maker
