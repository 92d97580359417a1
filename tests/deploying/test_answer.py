"""Which version was live at a moment, and what speaks for it."""

from __future__ import annotations

import pytest
from tests.deploying.told import at, at_ns, ledger, seen

from verspan.deployments.answer import live_in
from verspan.deployments.model import ContradictionKind, Live, LiveVersion
from verspan.deployments.timeline import deployments_of

_LEDGER = ("9:00 deploy v1", "12:00 deploy v2")
_TRAFFIC = ("9:00-9:59 v1 90", "11:00-11:58 v1 90", "12:01-12:59 v2 30", "12:02-12:50 v3 10", "15:00-15:59 v3 90")


def answer(clock: str, events: tuple[str, ...] = (), traffic: tuple[str, ...] = ()) -> Live:
    """What was live at a time of the day."""
    return live_in("production", at(clock), at("24:00"), ledger(*events), seen(*traffic))


def names(clock: str, events: tuple[str, ...] = (), traffic: tuple[str, ...] = ()) -> list[str]:
    """The versions that were live."""
    return [each.model_name for each in answer(clock, events, traffic).versions]


@pytest.mark.parametrize(
    ("clock", "expected"),
    [("8:59", []), ("9:00", ["v1"]), ("11:59", ["v1"]), ("12:00", ["v2"]), ("23:00", ["v2"])],
)
def test_ledger(clock: str, expected: list[str]) -> None:
    """The ledger alone answers from a deployment's first moment until the next one's."""
    assert names(clock, _LEDGER) == expected


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("8:00", []),
        ("9:30", ["v1"]),
        ("10:30", ["v1"]),  # last seen
        ("12:00", ["v1"]),
        ("12:30", ["v2", "v3"]),  # both around, the greater share first
        ("14:00", ["v2"]),
        ("20:00", ["v3"]),
    ],
)
def test_traffic(clock: str, expected: list[str]) -> None:
    """Traffic alone answers with what was seen around the moment, else with what was last seen."""
    assert names(clock, (), _TRAFFIC) == expected


def test_both() -> None:
    """The ledger comes first, what was seen beside it follows, and each has its evidence."""
    events = ledger(*_LEDGER)
    found = answer("12:30", _LEDGER, _TRAFFIC)
    deployed = deployments_of(events)[1]
    assert found.versions == [
        LiveVersion("m-v2", "v2", deployed, at_ns("12:01"), at_ns("12:59"), 0.75),
        LiveVersion("m-v3", "v3", None, at_ns("12:02"), at_ns("12:50"), 0.25),
    ]
    assert [(each.kind, each.model_name) for each in found.contradictions] == [
        (ContradictionKind.SEEN_UNDEPLOYED, "v3")
    ]


def test_last_seen_does_not_contradict_the_ledger() -> None:
    """Where the ledger says what was live, a version that was merely seen last is not live beside it."""
    assert names("14:00", ("9:00 deploy v1",), ("12:01-12:59 v2 30",)) == ["v1"]


def test_other_times_contradictions() -> None:
    """Contradictions of other times are not told of."""
    assert answer("9:30", _LEDGER, _TRAFFIC).contradictions == []


def test_nothing() -> None:
    """Where nothing is known, nothing was live."""
    assert answer("9:00") == Live("production", at("9:00"), [], [])
