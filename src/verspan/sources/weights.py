"""How many traces a sampled one stands for, as its W3C trace state says.

https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
"""

from __future__ import annotations

import re

_THRESHOLD = re.compile(r"(?:^|,)\s*ot=(?:[^,]*;)?th:([0-9a-f]{1,14})(?:[;,]|\s*$)")
_LIMIT = 1 << 56
_DIGITS = 14


def weight_of(trace_state: str) -> float:
    """How many traces it stands for: 1 where nothing is said of sampling."""
    found = _THRESHOLD.search(trace_state)
    return _LIMIT / (_LIMIT - int(found[1].ljust(_DIGITS, "0"), 16)) if found else 1.0
