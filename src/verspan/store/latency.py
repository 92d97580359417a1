"""Durations in logarithmic buckets, from which quantiles come within 1 percent and to which anybody can add.

The formulas are those of DDSketch (Masson, Rim and Lee, "DDSketch: a fast and fully-mergeable quantile sketch with
relative-error guarantees", PVLDB 12(12), 2019): with a relative error of at most ``a``, bucket ``i`` holds the values
in ``(g**(i-1), g**i]`` where ``g = (1 + a) / (1 - a)``, and stands for the value ``2 * g**i / (g + 1)``. An hour of
nanoseconds falls into bucket 1,445, so there is no need to collapse buckets.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

RELATIVE_ERROR = 0.01
_GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
_LOG_GAMMA = math.log(_GAMMA)
_ZERO_BUCKET = -1


def bucket_of(duration_ns: int) -> int:
    """The bucket that a duration falls into; all durations that are not positive share one."""
    return math.ceil(math.log(duration_ns) / _LOG_GAMMA) if duration_ns > 0 else _ZERO_BUCKET


def quantile_ms(counts: Mapping[int, int], quantile: float) -> float | None:
    """The duration that a share of the counted ones do not exceed, in milliseconds; None where nothing is counted.

    Args:
        counts: how many durations each bucket holds.
        quantile: the share, from 0 to 1.
    """
    rank = quantile * (sum(counts.values()) - 1)
    seen = 0
    for bucket in sorted(counts):
        seen += counts[bucket]
        if seen > rank:
            return _value_ns(bucket) / 1e6
    return None


def _value_ns(bucket: int) -> float:
    return 0.0 if bucket == _ZERO_BUCKET else 2 * _GAMMA**bucket / (_GAMMA + 1)
