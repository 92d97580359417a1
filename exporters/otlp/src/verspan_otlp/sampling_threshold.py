"""OpenTelemetry's consistent probability sampling: who keeps a trace by chance agrees with all others who do.

A trace has 56 random bits. It is kept where they are not below a rejection threshold, which is the share of traces that
is not kept, times 2**56. The threshold travels with the span, as ``th`` in the entry ``ot`` of its trace state, and
tells whoever counts how many traces this one stands for: 2**56 / (2**56 - threshold).

https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/
"""

from __future__ import annotations

import re

_LIMIT = 1 << 56
_DIGITS = 14
_PRECISION = 4
"""Digits after the leading ones that are f, as OpenTelemetry recommends for every SDK, so that all have the same."""
_ENTRY = "ot"
_THRESHOLD = "th"
_RANDOMNESS = "rv"
_LONGEST_ENTRY = 256
_MOST_ENTRIES = 32
_HEXADECIMAL = re.compile(f"[0-9a-fA-F]{{{_DIGITS}}}")


def threshold_of(ratio: float) -> int | None:
    """The threshold that keeps a share of all traces, between 0 and 1; None where it keeps none."""
    exact = _LIMIT - round(ratio * _LIMIT)
    if exact == _LIMIT:
        return None
    digits = f"{exact:0{_DIGITS}x}"
    significant = _DIGITS - len(digits.lstrip("f")) + _PRECISION
    unit = 1 << 4 * max(_DIGITS - significant, 0)
    return (exact + unit // 2) // unit * unit


def randomness_of(trace_id: int, trace_state: str) -> int:
    """The random bits of a trace: those in its trace state where it has some, else the last ones of its id."""
    explicit = _number(_members(trace_state).get(_RANDOMNESS, ""))
    return trace_id % _LIMIT if explicit is None else explicit


def with_threshold(trace_state: str, threshold: int) -> str:
    """A trace state that says the threshold, or the higher one that was applied to the trace before."""
    members = _members(trace_state)
    before = _number(members.pop(_THRESHOLD, "").ljust(_DIGITS, "0"))
    digits = f"{max(threshold, before or 0):0{_DIGITS}x}".rstrip("0") or "0"
    entry = ";".join([f"{_THRESHOLD}:{digits}", *(f"{name}:{value}" for name, value in members.items())])
    if len(entry) > _LONGEST_ENTRY:
        return trace_state
    others = [other for other in _entries(trace_state) if not other.startswith(f"{_ENTRY}=")]
    return ",".join([f"{_ENTRY}={entry}", *others][:_MOST_ENTRIES])


def _entries(trace_state: str) -> list[str]:
    return [entry for entry in map(str.strip, trace_state.split(",")) if entry]


def _members(trace_state: str) -> dict[str, str]:
    """What the entry of OpenTelemetry's own has, by key."""
    for entry in _entries(trace_state):
        key, _, value = entry.partition("=")
        if key == _ENTRY:
            return dict(member.split(":", 1) for member in value.split(";") if ":" in member)
    return {}


def _number(digits: str) -> int | None:
    """The number of 56 bits; None where it is none."""
    return int(digits, 16) if _HEXADECIMAL.fullmatch(digits) else None
