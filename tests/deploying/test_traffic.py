"""What traffic shows of versions."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.deploying.told import at_ns, seen

from verspan.deployments.model import Adoption, Presence, Share
from verspan.deployments.traffic import presences_of, shares_of


def adoptions(*lines: str) -> dict[str, Adoption]:
    """What became of each version."""
    return {each.model_name: each.adoption for each in presences_of(seen(*lines))}


def test_presence() -> None:
    """A version's presence is what it came to, from its first span to its last."""
    traffic = seen("9:10-9:50 v1 90", "10:00-10:20 v1 60", "10:15-10:59 v2 40")
    assert presences_of(traffic) == [
        Presence(
            environment="production",
            model_id="m-v1",
            model_name="v1",
            first_seen_ns=at_ns("9:10"),
            last_seen_ns=at_ns("10:20"),
            spans=300,
            calls=150,
            share=150 / 190,
            adoption=Adoption.ADOPTED,
            adopted_ns=at_ns("9:00"),
            replaced_ns=None,
        ),
        Presence(
            environment="production",
            model_id="m-v2",
            model_name="v2",
            first_seen_ns=at_ns("10:15"),
            last_seen_ns=at_ns("10:59"),
            spans=80,
            calls=40,
            share=0.4,
            adoption=Adoption.ADOPTED,
            adopted_ns=at_ns("10:00"),
            replaced_ns=None,
        ),
    ]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("9:00-9:59 v1 90",), {"v1": Adoption.ADOPTED}),
        (("9:00-9:59 v1 91", "9:00-9:59 v2 9"), {"v1": Adoption.ADOPTED, "v2": Adoption.UNADOPTED}),
        (("9:00-9:59 v1 90", "9:00-9:59 v2 10"), {"v1": Adoption.ADOPTED, "v2": Adoption.ADOPTED}),
        (("9:00-9:59 v1 90", "10:00-10:59 v2 90"), {"v1": Adoption.REPLACED, "v2": Adoption.ADOPTED}),
        (
            ("9:00-9:59 v1 90", "10:00-10:59 v1 9", "10:00-10:59 v2 91"),
            {"v1": Adoption.REPLACED, "v2": Adoption.ADOPTED},
        ),
        (
            ("9:00-9:59 v1 90", "10:00-10:59 v2 90", "11:00-11:59 v1 90"),
            {"v1": Adoption.ADOPTED, "v2": Adoption.ROLLED_BACK},
        ),
        (
            ("9:00-9:59 v1 9", "10:00-10:59 v2 9", "11:00-11:59 v3 9"),
            {"v1": Adoption.REPLACED, "v2": Adoption.REPLACED, "v3": Adoption.ADOPTED},
        ),
    ],
)
def test_adoption(lines: tuple[str, ...], expected: dict[str, Adoption]) -> None:
    """A tenth of an hour's calls adopts a version; it is replaced, or rolled back where an older one follows."""
    assert adoptions(*lines) == expected


def test_replaced_when() -> None:
    """A version is replaced at the end of the last hour in which it had a tenth of the calls."""
    found = presences_of(seen("9:00-9:59 v1 90", "12:00-12:59 v2 90"))
    assert [(each.model_name, each.replaced_ns) for each in found] == [("v1", at_ns("10:00")), ("v2", None)]


def test_without_calls() -> None:
    """Where no span is a model's call, spans are what counts."""
    traffic = [replace(each, calls=0) for each in seen("9:00-9:59 v1 30", "9:00-9:59 v2 10")]
    assert [each.share for each in presences_of(traffic)] == [0.75, 0.25]


def test_environments_apart() -> None:
    """What is seen in one environment says nothing of another."""
    staging = seen("9:00-9:59 v2 5", environment="staging")
    found = presences_of([*seen("9:00-9:59 v1 95"), *staging])
    assert [(each.environment, each.share) for each in found] == [("production", 1.0), ("staging", 1.0)]


def test_shares() -> None:
    """Shares are of one stretch after the other, the greatest first, and stretches without traffic are left out."""
    traffic = seen("9:00-9:59 v1 30", "10:00-10:59 v1 30", "10:00-10:59 v2 40", "34:00-34:59 v2 7")
    found = shares_of(traffic, 24)
    assert found == [
        Share("production", at_ns("0:00"), "m-v1", "v1", 120, 60, 0.6),
        Share("production", at_ns("0:00"), "m-v2", "v2", 80, 40, 0.4),
        Share("production", at_ns("24:00"), "m-v2", "v2", 14, 7, 1.0),
    ]
    assert [(each.start_ns, each.model_name) for each in shares_of(traffic, 1)] == [
        (at_ns("9:00"), "v1"),
        (at_ns("10:00"), "v2"),
        (at_ns("10:00"), "v1"),
        (at_ns("34:00"), "v2"),
    ]
