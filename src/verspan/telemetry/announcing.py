"""Sending versions' records as spans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from opentelemetry.context import Context
from opentelemetry.trace import TracerProvider

from verspan.context import ActiveVersion, with_active_version
from verspan.semconv import SPAN_REGISTERED
from verspan.telemetry.registered import registered_attributes
from verspan.versions.model import LoggedModel

_SCOPE: Final = "verspan"
_ATTEMPTS: Final = 1000  # of which some 8 ms of a background thread's time are spent where a sampler takes none


@dataclass(frozen=True)
class Announcer:
    """Sends records through a provider. Two are equal where what one has sent need not be sent by the other."""

    provider: TracerProvider
    exporters: tuple[str, ...]
    """What Verspan has added to the provider: what comes later has not seen the records sent before."""

    def announce(self, model: LoggedModel) -> None:
        """Make the span of a version, a trace of its own that ends as it starts.

        A sampler that takes one trace of a hundred would take one record of a hundred. It decides by the trace's id,
        so another one is tried; a sampler that takes none is obeyed.
        """
        tracer = self.provider.get_tracer(_SCOPE)
        context = with_active_version(ActiveVersion(model.model_id, model.name), Context())
        attributes = registered_attributes(model)
        for _ in range(_ATTEMPTS):
            span = tracer.start_span(SPAN_REGISTERED, context, attributes=attributes)
            if span.is_recording():
                span.end()
                return
