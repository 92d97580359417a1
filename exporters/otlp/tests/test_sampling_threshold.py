"""Thresholds, random bits and trace states, as OpenTelemetry's specification has them."""

from __future__ import annotations

import pytest

from verspan_otlp.sampling_threshold import randomness_of, threshold_of, with_threshold

OTHERS = [f"v{number}=1" for number in range(32)]


@pytest.mark.parametrize(
    ("ratio", "digits"),
    [
        (1, "0"),
        (1 / 2, "8"),
        (1 / 3, "aaab"),
        (1 / 4, "c"),
        (1 / 5, "cccd"),
        (1 / 8, "e"),
        (1 / 10, "e666"),
        (1 / 16, "f"),
        (1 / 100, "fd70a"),
        (1 / 1000, "ffbe77"),
        (1 / 10_000, "fff9724"),
        (1 / 1_000_000, "ffffef39"),
    ],
)
def test_threshold(ratio: float, digits: str) -> None:
    """A share becomes the threshold that the specification's table has for it, with four digits of precision."""
    assert threshold_of(ratio) == int(digits.ljust(14, "0"), 16)


def test_no_threshold() -> None:
    """No threshold keeps nothing."""
    assert threshold_of(0) is None


@pytest.mark.parametrize(
    ("trace_state", "randomness"),
    [
        ("", 0xAAAAAAAAAAAAAA),
        ("vendor=1,ot=th:8;rv:0123456789abcd", 0x0123456789ABCD),
        ("ot=rv:12", 0xAAAAAAAAAAAAAA),
        ("ot=rv:0123456789abcg", 0xAAAAAAAAAAAAAA),
    ],
)
def test_randomness(trace_state: str, randomness: int) -> None:
    """The random bits are the last 56 of the trace id, unless the trace state has others."""
    assert randomness_of(0xBBBBBBBBBBBBBBBBBBAAAAAAAAAAAAAA, trace_state) == randomness


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "ot=th:c"),
        ("vendor=1, other=2", "ot=th:c,vendor=1,other=2"),
        ("vendor=1,ot=rv:0123456789abcd;th:8", "ot=th:c;rv:0123456789abcd,vendor=1"),
        ("ot=th:e", "ot=th:e"),
        ("ot=th:what", "ot=th:c"),
        (f"ot=k:{'v' * 250}", f"ot=k:{'v' * 250}"),
        (",".join(OTHERS), ",".join(["ot=th:c", *OTHERS[:31]])),
    ],
)
def test_with_threshold(before: str, after: str) -> None:
    """A trace state tells the highest threshold applied so far, first, beside what others have put there."""
    assert with_threshold(before, 0xC0000000000000) == after
