"""What an exporter package gives: the processors through which telemetry leaves the process.

An exporter registers, in the entry point group ``verspan_exporter``, a function that takes the settings and returns a
:class:`Pipeline`. It is called when Verspan joins an application's provider, else by the first span, on the thread that
starts it, and again when Verspan is configured anew; it opens no connection and waits for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # the SDK is heavy, and whoever builds a pipeline has loaded it
    from opentelemetry.sdk._logs import LogRecordProcessor
    from opentelemetry.sdk.metrics.export import MetricReader
    from opentelemetry.sdk.trace import SpanProcessor

    from verspan.settings import Settings

ENTRY_POINT_GROUP = "verspan_exporter"


@dataclass(frozen=True)
class Pipeline:
    """One destination's processors; what it does not carry is empty."""

    destination: str
    """Where telemetry goes, as a person would name it: a path or an address without credentials."""
    span_processors: Sequence[SpanProcessor] = ()
    metric_readers: Sequence[MetricReader] = ()
    log_processors: Sequence[LogRecordProcessor] = ()
    takes_supplements: bool = False
    """Whether all of its span processors pick up what belongs to a span and is not on it
    (:mod:`verspan.instrumentation.handover`); where one does not, every attribute is on the span when it ends."""


class PipelineBuilder(Protocol):
    """What the entry point names."""

    def __call__(self, settings: Settings) -> Pipeline:
        """Build the pipeline for these settings."""
        ...
