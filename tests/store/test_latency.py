"""Durations in logarithmic buckets."""

from __future__ import annotations

import itertools
from collections import Counter

from verspan.store.latency import bucket_of, quantile_ms


def test_relative_error() -> None:
    """A bucket stands for its durations within 1 percent, from a nanosecond to a day."""
    for exponent, digit in itertools.product(range(14), range(10, 100)):
        duration_ns = digit * 10**exponent
        found_ms = quantile_ms({bucket_of(duration_ns): 1}, 0.5)
        assert found_ms is not None
        assert abs(found_ms * 1e6 - duration_ns) <= 0.0100001 * duration_ns


def test_quantiles() -> None:
    """A quantile is the duration that so many do not exceed."""
    counts = Counter(bucket_of(milliseconds * 1_000_000) for milliseconds in range(1, 1001))
    for quantile, exact_ms in ((0, 1), (0.5, 500), (0.95, 950), (1, 1000)):
        found_ms = quantile_ms(counts, quantile)
        assert found_ms is not None
        assert abs(found_ms - exact_ms) <= 0.0100001 * exact_ms


def test_nothing() -> None:
    """Of no durations there is no quantile."""
    assert quantile_ms({}, 0.5) is None


def test_no_time_at_all() -> None:
    """Durations that are zero, or negative because a clock was set back, count as zero."""
    assert quantile_ms({bucket_of(0): 1, bucket_of(-5): 2}, 0.95) == 0
