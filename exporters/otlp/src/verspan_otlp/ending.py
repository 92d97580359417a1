"""Metrics and events at the end of a process, which does not wait for long for a collector that is down.

OpenTelemetry's processors wait for up to half a minute each, while their exporters try again and again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from opentelemetry.sdk._logs.export import BatchLogRecordProcessor, LogRecordExporter
from opentelemetry.sdk.metrics.export import MetricExporter, PeriodicExportingMetricReader

EXIT_S = 2.0
"""Seconds that the end of a process may take, for metrics and events together."""


class ExitTime:
    """What is left of that time, which begins when it is first asked for."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ends_at: float | None = None

    def left_millis(self) -> int:
        """Milliseconds that are left."""
        now = self._clock()
        if self._ends_at is None:
            self._ends_at = now + EXIT_S
        return max(0, int((self._ends_at - now) * 1000))


class EndingMetricReader(PeriodicExportingMetricReader):
    """Exports metrics periodically, and a last time when it is shut down, as far as there is time."""

    def __init__(self, exporter: MetricExporter, exit_time: ExitTime) -> None:
        super().__init__(exporter)
        self._exit_time = exit_time

    def shutdown(self, timeout_millis: float = 30_000, **kwargs: Any) -> None:
        """Export what has been measured, and stop."""
        super().shutdown(min(timeout_millis, self._exit_time.left_millis()), **kwargs)


class EndingLogProcessor(BatchLogRecordProcessor):
    """Exports events in batches, and what is left when it is shut down, as far as there is time."""

    def __init__(self, exporter: LogRecordExporter, exit_time: ExitTime) -> None:
        super().__init__(exporter)
        self._exit_time = exit_time

    def shutdown(self) -> None:
        """Export what is left, and stop."""
        self._batch_processor.shutdown(self._exit_time.left_millis())
