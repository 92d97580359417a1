"""Where the ledger and the traffic contradict each other."""

from __future__ import annotations

import pytest
from tests.deploying.told import at, at_ns, ledger, seen

from verspan.deployments.contradictions import contradictions_of
from verspan.deployments.model import Contradiction, ContradictionKind, DeploymentEvent, TrafficHour
from verspan.deployments.timeline import deployments_of

_NOW = at_ns("24:00")


def found(events: list[DeploymentEvent], traffic: list[TrafficHour]) -> list[tuple[ContradictionKind, str]]:
    """Kind and version of each contradiction."""
    return [(each.kind, each.model_name) for each in contradictions_of(deployments_of(events), traffic, _NOW)]


def test_agreed() -> None:
    """A version that is seen while it is live, ten minutes before and ten after, contradicts nothing."""
    traffic = seen("8:55-8:59 v1 9", "9:00-9:59 v1 9", "12:00-12:09 v1 9", "11:55-11:59 v2 9", "12:00-12:59 v2 9")
    assert found(ledger("9:00 deploy v1", "12:00 deploy v2"), traffic) == []


def test_unseen() -> None:
    """A version that was deployed and of which nothing was seen is named, and whether anything else was."""
    events = ledger("9:00 deploy v1", "12:00 deploy v2")
    assert contradictions_of(deployments_of(events), seen("9:00-9:59 v1 9", "13:00-13:59 v3 9"), _NOW) == [
        Contradiction(
            ContradictionKind.DEPLOYED_UNSEEN,
            "production",
            "m-v2",
            "v2",
            at_ns("12:00"),
            _NOW,
            "deployed, and none of its spans was seen",
        ),
        Contradiction(
            ContradictionKind.SEEN_UNDEPLOYED,
            "production",
            "m-v3",
            "v3",
            at_ns("13:00"),
            at_ns("13:59"),
            "seen, and never deployed",
        ),
    ]


def test_nothing_seen() -> None:
    """Where nothing at all was seen, it is asked whether spans say where they come from."""
    (only,) = contradictions_of(deployments_of(ledger("9:00 deploy v1")), [], _NOW)
    assert only.what.endswith("do its spans carry deployment.environment.name?")


def test_just_deployed() -> None:
    """A version that was deployed less than ten minutes ago may not have been seen yet."""
    assert found(ledger("23:55 deploy v1"), []) == []


@pytest.mark.parametrize(
    ("events", "traffic", "expected"),
    [
        (("9:00 deploy v1",), ("8:00-8:40 v1 9", "9:00-9:59 v1 9"), []),  # nobody kept the ledger before nine
        (("9:20 deploy v1",), ("9:00-9:59 v1 9",), []),
        (("6:00 deploy v0", "9:00 deploy v1"), ("8:00-8:40 v1 9", "9:00-9:59 v1 9"), [ContradictionKind.SEEN_BEFORE]),
        (("9:00 deploy v1", "9:30 deploy v2"), ("9:00-9:41 v1 9",), [ContradictionKind.SEEN_AFTER]),
        (
            ("9:00 deploy v1", "9:30 undeploy v1"),
            ("9:00-9:20 v1 9", "20:00-20:01 v1 9"),
            [ContradictionKind.SEEN_AFTER],
        ),
    ],
)
def test_outside(events: tuple[str, ...], traffic: tuple[str, ...], expected: list[ContradictionKind]) -> None:
    """A version that is seen before it was deployed or after it was replaced is named."""
    kinds = [kind for kind, name in found(ledger(*events), seen(*traffic)) if name == "v1"]
    assert kinds == expected


def test_between() -> None:
    """Between two of its deployments a version is not to be seen; an hour that spans both tells nothing of it."""
    events = ledger("9:00 deploy v1", "9:10 deploy v2", "9:50 deploy v1")
    others = seen("9:10-9:50 v2 9")
    assert found(events, [*others, *seen("9:01-9:59 v1 9")]) == []
    assert found(events, [*others, *seen("9:01-9:30 v1 9")]) == [
        (ContradictionKind.SEEN_AFTER, "v1"),
        (ContradictionKind.DEPLOYED_UNSEEN, "v1"),
    ]


def test_environment_without_ledger() -> None:
    """An environment that nobody deploys to contradicts nothing."""
    assert found([], seen("9:00-9:59 v1 9")) == []
    assert found(ledger("9:00 deploy v1"), [*seen("9:00-9:59 v1 9"), *seen("9:00-9:59 v2 9", environment="dev")]) == []


def test_times() -> None:
    """Times of deployments are milliseconds, and those of contradictions nanoseconds."""
    assert at_ns("9:00") == at("9:00") * 1_000_000
