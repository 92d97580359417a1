"""From what was done to what was live."""

from __future__ import annotations

from random import Random

import pytest
from tests.deploying.told import at, ledger

from verspan.deployments.model import Deployment
from verspan.deployments.timeline import deployments_of, live_at, predecessor_of


def intervals(*lines: str) -> list[tuple[str, str | None, str | None]]:
    """Version, start and end of each deployment of a ledger, as clocks show them."""
    return [
        (each.model_name, _clock(each.start_timestamp), _clock(each.end_timestamp))
        for each in deployments_of(ledger(*lines))
    ]


def _clock(timestamp: int | None) -> str | None:
    if timestamp is None:
        return None
    hours, minutes = divmod((timestamp - at("0:00")) // 60_000, 60)
    return f"{hours}:{minutes:02}"


def names_at(clock: str, *lines: str) -> list[str]:
    """What was live at a time."""
    return [each.model_name for each in live_at(ledger(*lines), at(clock))]


def test_replaced() -> None:
    """A version is live until another is deployed, which is told of both, and by whom."""
    assert deployments_of(ledger("9:00 deploy v1", "12:00 deploy v2")) == [
        Deployment(
            "production", "m-v1", "v1", at("9:00"), at("12:00"), "by 1", "by 2", "m-v2", rollback=False, note=None
        ),
        Deployment("production", "m-v2", "v2", at("12:00"), None, "by 2", None, None, rollback=False, note=None),
    ]


def test_rolled_back() -> None:
    """A version that was live before and is deployed again was brought back."""
    found = deployments_of(ledger("9:00 deploy v1", "12:00 deploy v2", "12:30 deploy v1"))
    assert [(each.model_name, each.rollback) for each in found] == [("v1", False), ("v2", False), ("v1", True)]


def test_canary() -> None:
    """A version beside another leaves it live, and a deployment after that replaces both."""
    lines = ("9:00 deploy v1", "10:00 alongside v2", "11:00 deploy v3")
    assert intervals(*lines) == [("v1", "9:00", "11:00"), ("v2", "10:00", "11:00"), ("v3", "11:00", None)]
    assert names_at("10:30", *lines) == ["v1", "v2"]


def test_canary_adopted() -> None:
    """A canary that is deployed in full stays live from its beginning on."""
    assert intervals("9:00 deploy v1", "10:00 alongside v2", "11:00 deploy v2") == [
        ("v1", "9:00", "11:00"),
        ("v2", "10:00", None),
    ]


def test_taken_away() -> None:
    """What is taken away is live no longer, and a version that is not live cannot be taken away again."""
    assert intervals("9:00 deploy v1", "10:00 undeploy v1", "11:00 undeploy v1") == [("v1", "9:00", "10:00")]


def test_deployed_again() -> None:
    """To deploy what is live changes nothing."""
    assert intervals("9:00 deploy v1", "10:00 deploy v1", "11:00 alongside v1") == [("v1", "9:00", None)]


def test_corrected() -> None:
    """A deployment that ends where it begins never was."""
    assert intervals("9:00 deploy v1", "9:00 undeploy v1") == []


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("8:59", []),
        ("9:00", ["v1"]),
        ("11:59", ["v1"]),
        ("12:00", ["v2"]),
        ("14:00", []),
        ("15:30", ["v1", "v3"]),
        ("16:00", ["v3"]),
        ("99:00", ["v3"]),
    ],
)
def test_live_at(clock: str, expected: list[str]) -> None:
    """Before, between, after and where deployments overlap: a deployment holds its first moment and not its last."""
    lines = (
        "9:00 deploy v1",
        "12:00 deploy v2",
        "13:00 undeploy v2",
        "15:00 deploy v1",
        "15:15 alongside v3",
        "16:00 undeploy v1",
    )
    assert names_at(clock, *lines) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((), None),
        (("9:00 deploy v1",), None),
        (("9:00 deploy v1", "10:00 deploy v2"), "m-v1"),
        (("9:00 deploy v1", "10:00 deploy v2", "11:00 deploy v3"), "m-v2"),
        (("9:00 deploy v1", "10:00 deploy v2", "11:00 deploy v3", "11:10 deploy v2"), "m-v1"),
        (("9:00 deploy v1", "10:00 deploy v2", "10:30 deploy v1"), None),
        (("9:00 deploy v1", "10:00 alongside v2"), "m-v1"),
        (("9:00 deploy v1", "10:00 deploy v2", "10:30 undeploy v1"), None),
        (("9:00 deploy v1", "10:00 deploy v2", "13:00 deploy v3"), "m-v1"),
    ],
)
def test_predecessor(lines: tuple[str, ...], expected: str | None) -> None:
    """Going back goes to the version before, and once more to the one before that; what is yet to come counts not."""
    assert predecessor_of(ledger(*lines), at("12:00")) == expected


@pytest.mark.parametrize("seed", range(50))
def test_as_step_by_step(seed: int) -> None:
    """Whatever is done in whatever order, what is live is what comes of doing it step by step."""
    random = Random(seed)  # noqa: S311 - the same ledgers in every run
    clocks = sorted(random.randrange(1, 600) for _ in range(12))
    kinds = ("deploy", "alongside", "undeploy")
    lines = [f"{clock // 60}:{clock % 60:02} {random.choice(kinds)} v{random.randrange(4)}" for clock in clocks]
    for clock in {clock + step for clock in clocks for step in (-1, 0, 1)}:
        assert set(names_at(f"{clock // 60}:{clock % 60:02}", *lines)) == _stepped(lines, clock), lines


def _stepped(lines: list[str], until: int) -> set[str]:
    live: set[str] = set()
    for line in lines:
        clock, kind, name = line.split()
        hours, minutes = map(int, clock.split(":"))
        if 60 * hours + minutes <= until:
            live = {name} if kind == "deploy" else live | {name} if kind == "alongside" else live - {name}
    return live
