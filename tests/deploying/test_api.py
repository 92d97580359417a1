"""Deploying, going back and asking, through the package's own functions, on a real store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

import verspan
from verspan import semconv
from verspan.deployments.model import Adoption, ContradictionKind, Deployment
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.store.conformance.records import START_NS, call, model, stamp
from verspan.store.interface import Store
from verspan.store.opening import open_store
from verspan.versions.identity import model_id_for

V1, V2 = (model_id_for("support", name) for name in ("v1", "v2"))
BEGIN = datetime.fromtimestamp(START_NS // 10**9, tz=timezone.utc)
PRODUCTION = {semconv.DEPLOYMENT_ENVIRONMENT_NAME: "production"}


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store with two versions; ada deploys them."""
    monkeypatch.setenv("VERSPAN_STORE", str(tmp_path / "verspan.db"))
    monkeypatch.setenv("VERSPAN_ACTOR", "ada")
    with closing(open_store(f"sqlite:///{tmp_path / 'verspan.db'}")) as opened:
        for name in ("v1", "v2"):
            opened.upsert_model(model(name))
        yield opened


def names_at(moment: datetime) -> list[str]:
    """What was live in production."""
    return [each.model_name for answer in verspan.live(moment, "production") for each in answer.versions]


def test_deployed() -> None:
    """A deployment says what is live where, since when and by whom, and the audit log has it."""
    start = round(BEGIN.timestamp() * 1000)
    assert verspan.deploy("v1", "production", at=BEGIN, note="first") == Deployment(
        "production", V1, "v1", start, None, "ada", None, None, rollback=False, note="first"
    )
    (entry,) = verspan.audit_log(action="deployment")
    assert (entry.action, entry.subject_id, entry.actor) == ("deployment.deploy", "production", "ada")
    assert entry.after == {"version": V1, "kind": "DEPLOY", "at": start, "note": "first"}


def test_by_id_and_by_record(store: Store) -> None:
    """A version is named by its name, its id or its record."""
    record = store.get_model(V1)
    assert record is not None
    for version in ("v1", V1, record):
        assert verspan.deploy(version, "production").model_id == V1


def test_again() -> None:
    """To deploy what is live already adds nothing."""
    first = verspan.deploy("v1", "production")
    assert verspan.deploy("v1", "production", note="again") == first
    assert verspan.deploy("v1", "production", alongside=True) == first
    assert len(verspan.audit_log(action="deployment")) == 1


def test_told_late() -> None:
    """A deployment that is told of late stands where it belongs, between those that were told of before."""
    verspan.deploy("v1", "production", at=BEGIN)
    verspan.deploy("v1", "production", at=BEGIN + timedelta(hours=2))
    verspan.deploy("v2", "production", at=BEGIN + timedelta(hours=1))
    assert [names_at(BEGIN + timedelta(minutes=minutes)) for minutes in (-1, 0, 59, 60, 600)] == [
        [],
        ["v1"],
        ["v1"],
        ["v2"],
        ["v2"],
    ]


def test_rolled_back() -> None:
    """Going back deploys the version before, and says that it was brought back."""
    verspan.deploy("v1", "production", at=BEGIN)
    verspan.deploy("v2", "production", at=BEGIN + timedelta(hours=1))
    back = verspan.rollback("production", note="wrong language")
    assert (back.model_name, back.rollback, back.note) == ("v1", True, "wrong language")
    with pytest.raises(NotFoundError, match="no version to go back to"):
        verspan.rollback("production")


def test_taken_away() -> None:
    """What is taken away is not live, and what is not live cannot be."""
    verspan.deploy("v1", "production", at=BEGIN)
    verspan.deploy("v2", "production", at=BEGIN + timedelta(hours=1), alongside=True)
    assert [each.model_name for each in verspan.undeploy("production", "v1")] == ["v1"]
    assert [each.model_name for each in verspan.undeploy("production")] == ["v2"]
    with pytest.raises(NotFoundError, match="nothing is live in 'production'"):
        verspan.undeploy("production")
    with pytest.raises(NotFoundError, match=f"{V1} is not live"):
        verspan.undeploy("production", "v1")


@pytest.mark.parametrize(
    ("version", "environment", "at"),
    [
        ("v1", "", None),
        ("v1", "prod\nuction", None),
        ("v1", "x" * 251, None),
        ("v1", "production", "yesterday"),
        ("v1", "production", "2199-01-01"),
        ("v1", "production", "1869-12-31T00:00Z"),
    ],
)
def test_bad_input(version: str, environment: str, at: str | None) -> None:
    """What cannot be used is refused, and nothing is noted."""
    with pytest.raises(InvalidArgumentError):
        verspan.deploy(version, environment, at=at)
    assert verspan.audit_log(action="deployment") == []


def test_unknown() -> None:
    """A version that the store does not know, a source and a note that cannot be are refused."""
    with pytest.raises(NotFoundError):
        verspan.deploy("v3", "production")
    with pytest.raises(InvalidArgumentError, match="neither"):
        verspan.live(source="hearsay")  # type: ignore[arg-type]  # what is refused
    with pytest.raises(InvalidArgumentError, match="10000 characters"):
        verspan.deploy("v1", "production", note="x" * 10_001)


def test_traffic_and_ledger(store: Store) -> None:
    """What spans show stands beside the ledger, and what the two disagree about is told."""
    spans = [replace(call(number, trace=number, **stamp("v1")), resource=PRODUCTION) for number in range(1, 20)]
    later = 2 * 3_600 * 10**9
    spans += [
        replace(span, trace_id=f"{1000 + number:032x}", start_ns=span.start_ns + later, end_ns=span.end_ns + later)
        for number, span in enumerate(spans)
    ]
    store.write_spans(spans)
    verspan.deploy("v1", "production", at=BEGIN)
    verspan.deploy("v2", "production", at=BEGIN + timedelta(hours=1))
    (answer,) = verspan.live(BEGIN + timedelta(hours=2, seconds=10), "production")
    assert [(each.model_name, each.deployment is not None, each.share) for each in answer.versions] == [
        ("v2", True, None),
        ("v1", False, 1.0),
    ]
    assert {each.kind for each in answer.contradictions} == {
        ContradictionKind.DEPLOYED_UNSEEN,
        ContradictionKind.SEEN_AFTER,
    }
    (presence,) = verspan.deployment_history().presences
    assert (presence.model_name, presence.calls, presence.adoption) == ("v1", 38, Adoption.ADOPTED)
    by_source = [verspan.live(BEGIN + timedelta(hours=2), "production", source=each) for each in ("ledger", "traffic")]
    assert [[each.model_name for each in answers[0].versions] for answers in by_source] == [["v2"], ["v1"]]


def test_actor_erased() -> None:
    """Who deployed is told by the audit log alone, so that to erase it there erases it everywhere."""
    from verspan.audit.log import erase_from_audit_log

    verspan.deploy("v1", "production")
    erase_from_audit_log(actor="ada")
    (deployment,) = verspan.deployment_history("production").deployments
    assert deployment.deployed_by is None
