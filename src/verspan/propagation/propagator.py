"""OpenTelemetry propagators that carry the version; they are what every instrumentation injects and extracts with."""

from __future__ import annotations

import os
from typing import Final

from opentelemetry.baggage import clear, get_all, set_baggage
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.context import Context, get_current
from opentelemetry.environment_variables import OTEL_PROPAGATORS
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.propagators.textmap import (
    CarrierT,
    Getter,
    Setter,
    TextMapPropagator,
    default_getter,
    default_setter,
)

from verspan.instrumentation.guard import report
from verspan.propagation.borders import current_borders
from verspan.propagation.entries import ENTRIES, with_caller_in, with_entries, without_entries
from verspan.propagation.peers import goes_to
from verspan.semconv import LOGGED_MODEL_ID

_BAGGAGE: Final = "baggage"


class VersionPropagator(TextMapPropagator):
    """Gives another propagator a baggage that tells the version, and takes the caller's from what that one reads.

    It is registered as ``verspan`` for ``OTEL_PROPAGATORS``, where it is OpenTelemetry's baggage propagator and the
    version besides. :func:`verspan.configure` puts it around the process's own propagator, so that naming it is needed
    only where Verspan is not configured.
    """

    def __init__(self, carried_by: TextMapPropagator | None = None) -> None:
        """Make a propagator.

        Args:
            carried_by: writes and reads the headers; OpenTelemetry's for W3C baggage where it is None.
        """
        self._carried_by = W3CBaggagePropagator() if carried_by is None else carried_by

    def extract(
        self, carrier: CarrierT, context: Context | None = None, getter: Getter[CarrierT] = default_getter
    ) -> Context:
        """The context of a request that arrives, with its caller where its baggage tells of one."""
        extracted = self._carried_by.extract(carrier, context, getter)
        try:
            return with_caller_in(extracted, trusting=current_borders().trusting)
        except Exception as error:  # noqa: BLE001 - the request is served, whoever sent it
            report(error, "reading the version of a caller")
            return extracted

    def inject(
        self, carrier: CarrierT, context: Context | None = None, setter: Setter[CarrierT] = default_setter
    ) -> None:
        """Write the headers of a request that leaves, with the version where they go to a host of the user's own."""
        self._carried_by.inject(carrier, _leaving(get_current() if context is None else context), setter)

    @property
    def fields(self) -> set[str]:
        """The headers that are written."""
        return self._carried_by.fields


class _VersionAlone(W3CBaggagePropagator):
    """Baggage of which Verspan's entries pass and nothing else does."""

    def extract(
        self, carrier: CarrierT, context: Context | None = None, getter: Getter[CarrierT] = default_getter
    ) -> Context:
        context = get_current() if context is None else context
        for name, value in get_all(super().extract(carrier, Context(), getter)).items():
            if name in ENTRIES:
                context = set_baggage(name, value, context)
        return context

    def inject(
        self, carrier: CarrierT, context: Context | None = None, setter: Setter[CarrierT] = default_setter
    ) -> None:
        baggage = get_all(context)
        alone = clear(context)
        # Where no version is told, a session in the baggage is one that the application has put there.
        for name in ENTRIES if LOGGED_MODEL_ID in baggage else ():
            if name in baggage:
                alone = set_baggage(name, baggage[name], alone)
        super().inject(carrier, alone, setter)


def carrying_version(propagator: TextMapPropagator) -> VersionPropagator:
    """A propagator that does all that another one does, and carries the version.

    One that knows no baggage, as Zipkin's B3, is given a header for the version alone, unless ``OTEL_PROPAGATORS`` has
    said which headers there are to be.
    """
    if _BAGGAGE in propagator.fields or os.environ.get(OTEL_PROPAGATORS):
        return VersionPropagator(propagator)
    return VersionPropagator(CompositePropagator([propagator, _VersionAlone()]))


def _leaving(context: Context) -> Context:
    try:
        return with_entries(context) if goes_to(context, current_borders().hosts) else without_entries(context)
    except Exception as error:  # noqa: BLE001 - the request is sent, with the version or without
        report(error, "telling the version to another service")
        return context
