"""Quantities as people read and type them."""

from __future__ import annotations

import pytest

from verspan.cli.quantities import count, duration, iso_time, local_time, parse_time, tokens, usd

NOW_NS = 1_763_885_521_000_000_000  # 2025-11-23 08:12:01 UTC
S = 1_000_000_000


@pytest.mark.parametrize(
    ("milliseconds", "expected"),
    [
        (None, "-"),
        (0, "0.00 ms"),
        (0.344, "0.34 ms"),
        (9.994, "9.99 ms"),
        (9.999, "10 ms"),
        (999.4, "999 ms"),
        (999.6, "1.00 s"),
        (1_240, "1.24 s"),
        (59_994, "59.99 s"),
        (59_996, "1 min 00 s"),
        (125_000, "2 min 05 s"),
        (3_599_900, "1 h 00 min"),
        (3_720_000, "1 h 02 min"),
    ],
)
def test_duration(milliseconds: float | None, expected: str) -> None:
    """A duration has the unit that suits it and is never rounded to a whole of the next one."""
    assert duration(milliseconds) == expected


@pytest.mark.parametrize(
    ("amount", "unpriced", "expected"),
    [
        (None, 0, "-"),
        (0, 0, "$0.00"),
        (12.345, 0, "$12.35"),
        (1234.5, 0, "$1,234.50"),
        (0.5, 0, "$0.50"),
        (0.0999996, 0, "$0.10"),
        (0.000006, 0, "$0.000006"),
        (0.000194, 0, "$0.000194"),
        (0.02, 3, "≥$0.02"),
    ],
)
def test_usd(amount: float | None, unpriced: int, expected: str) -> None:
    """An amount keeps three digits below a dollar, and says where it is a lower bound."""
    assert usd(amount, unpriced_calls=unpriced) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, "0"),
        (9_999, "9999"),
        (10_000, "10k"),
        (12_345, "12.3k"),
        (999_499, "999k"),
        (999_999, "1M"),
        (1_234_567, "1.23M"),
        (2_500_000_000, "2.5G"),
    ],
)
def test_count(number: int, expected: str) -> None:
    """A count takes five characters at most."""
    assert count(number) == expected


def test_tokens() -> None:
    """Tokens are shown in and out, and as nothing where there are none."""
    assert [tokens(812, 31), tokens(0, 0), tokens(12_345, 0)] == ["812 → 31", "-", "12.3k → 0"]


def test_times() -> None:
    """Times are local to the second for people, and ISO 8601 in UTC to the microsecond for programs."""
    moment = NOW_NS + 123_456_789
    assert [local_time(moment), local_time(None), iso_time(moment)] == [
        "2025-11-23 08:12:01",
        "-",
        "2025-11-23T08:12:01.123456Z",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", NOW_NS - 90 * S),
        ("30m", NOW_NS - 1_800 * S),
        ("2h", NOW_NS - 7_200 * S),
        ("3 D", NOW_NS - 259_200 * S),
        ("1w", NOW_NS - 604_800 * S),
        ("99999w", 0),
        ("2025-11-23", NOW_NS - 29_521 * S),
        ("2025-11-23T08:12:01", NOW_NS),
        ("2025-11-23T08:12:01Z", NOW_NS),
        ("2025-11-23T09:12:01+01:00", NOW_NS),
        ("2025-11-23 08:12:01.000001", NOW_NS + 1_000),
    ],
)
def test_parse_time(text: str, expected: int) -> None:
    """A time is ISO 8601, local where it names no zone, or how long ago."""
    assert parse_time(text, NOW_NS) == expected


@pytest.mark.parametrize("text", ["", "yesterday", "2x", "2025-13-01", "-2h"])
def test_no_time(text: str) -> None:
    """What is no time is refused."""
    with pytest.raises(ValueError, match=r".*"):
        parse_time(text, NOW_NS)
