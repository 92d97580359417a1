"""The exporters' own log lines, of which a collector that is down brings several every few seconds."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

INTERVAL_S = 60.0
"""Seconds between two lines that say the same."""

_LOGGERS = (
    "opentelemetry.exporter.otlp.proto.http.metric_exporter",
    "opentelemetry.exporter.otlp.proto.http._log_exporter",
    "opentelemetry.exporter.otlp.proto.grpc.exporter",
)
_ADVICE = {
    "traces": "",
    "metrics": "Set OTEL_METRICS_EXPORTER=none where the collector takes no metrics.",
    "logs": "Set OTEL_LOGS_EXPORTER=none where the collector takes no logs.",
}


class OncePerMinute(logging.Filter):
    """Lets each line through when it is first logged, and then at most once a minute with how many were left out.

    Lines are the same where their logger, level, text before its arguments are filled in, and signal are.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._said_at: dict[tuple[str, int, str, str], float] = {}
        self._left_out: dict[tuple[str, int, str, str], int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is logged; one that is may say more than it did."""
        message = record.getMessage()
        signal = next((name for name in _ADVICE if f" {name} " in message), "")
        line = (record.name, record.levelno, str(record.msg), signal)
        now = self._clock()
        if now - self._said_at.get(line, now - INTERVAL_S) < INTERVAL_S:
            self._left_out[line] = self._left_out.get(line, 0) + 1
            return False
        self._said_at[line] = now
        self._extend(record, message, _ADVICE.get(signal, ""), self._left_out.pop(line, 0))
        return True

    def _extend(self, record: logging.LogRecord, message: str, advice: str, left_out: int) -> None:
        more = [advice] if advice and record.levelno >= logging.ERROR else []
        if left_out:
            more.append(f"{left_out} more lines like this one were left out.")
        if more:
            record.msg, record.args = " ".join([f"{message.rstrip('.')}.", *more]), ()


def tame_exporters() -> None:
    """Put the filter on the loggers of OpenTelemetry's OTLP exporters, once."""
    for name in _LOGGERS:
        tame(logging.getLogger(name))


def tame(logger: logging.Logger) -> None:
    """Put the filter on a logger that has none yet."""
    if not any(isinstance(present, OncePerMinute) for present in logger.filters):
        logger.addFilter(OncePerMinute())
