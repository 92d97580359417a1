"""Putting the version into what OpenTelemetry's instrumentations inject and extract with."""

from __future__ import annotations

from opentelemetry import propagate
from opentelemetry.propagators.textmap import TextMapPropagator

from verspan.propagation.propagator import VersionPropagator, carrying_version


def carry_across_services() -> None:
    """Have the process's propagator carry the version, whichever it is, now or later.

    An application may set its own at any time and keeps it. There is no way to be told of that, so it is looked at
    where instrumentations ask for it, in the function of OpenTelemetry's that all of them go through.
    """
    ask = propagate.get_global_textmap
    if getattr(ask, "carries_version", False):
        return

    def get_global_textmap() -> TextMapPropagator:
        """The process's propagator."""
        current = ask()
        if not isinstance(current, VersionPropagator):
            current = carrying_version(current)
            propagate.set_global_textmap(current)
        return current

    get_global_textmap.carries_version = True  # type: ignore[attr-defined]  # how it is told from OpenTelemetry's
    propagate.get_global_textmap = get_global_textmap
    get_global_textmap()
