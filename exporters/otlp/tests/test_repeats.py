"""The flood of an exporter's own lines."""

from __future__ import annotations

import logging

import pytest

from verspan_otlp.repeats import OncePerMinute


class _Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_once_per_minute(caplog: pytest.LogCaptureFixture) -> None:
    """A line comes at once and then at most once a minute, with how many were left out and with advice."""
    clock = _Clock()
    logger = logging.getLogger("test_once_per_minute")
    logger.addFilter(OncePerMinute(clock))

    for clock.now in (0, 10, 20, 61):
        logger.warning("Transient error %s, retrying in %.2fs.", "refused", clock.now)
        logger.error("Failed to export %s to %s", "metrics", "collector")
        logger.error("Failed to export %s to %s", "traces", "collector")

    advice = "Set OTEL_METRICS_EXPORTER=none where the collector takes no metrics."
    assert [record.getMessage() for record in caplog.records] == [
        "Transient error refused, retrying in 0.00s.",
        f"Failed to export metrics to collector. {advice}",
        "Failed to export traces to collector",
        "Transient error refused, retrying in 61.00s. 2 more lines like this one were left out.",
        f"Failed to export metrics to collector. {advice} 2 more lines like this one were left out.",
        "Failed to export traces to collector. 2 more lines like this one were left out.",
    ]
