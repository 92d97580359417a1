"""What was live when, for applications and for whoever deploys them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from verspan.deployments.answer import live_in
from verspan.deployments.contradictions import contradictions_of
from verspan.deployments.environments import by_environment
from verspan.deployments.ledger import checked_environment, deploy_version, now_ms, roll_back, undeploy_version
from verspan.deployments.model import Deployment, History, Live
from verspan.deployments.moments import milliseconds_of
from verspan.deployments.records import DeploymentRecords
from verspan.deployments.timeline import deployments_of
from verspan.deployments.traffic import presences_of, shares_of
from verspan.errors import InvalidArgumentError
from verspan.store.interface import Store
from verspan.versions.model import LoggedModel
from verspan.versions.registry import opened_store
from verspan.versions.resolving import resolve_model

_HOURS_OF_A_DAY = 24


def deploy(
    version: str | LoggedModel,
    environment: str,
    *,
    at: datetime | str | None = None,
    note: str | None = None,
    alongside: bool = False,
) -> Deployment:
    """Write down that a version is live in an environment; it replaces those that were.

    Deploying the version that is live already changes nothing.

    Args:
        version: the version, its name or its id.
        environment: where: ``production``, ``staging``, …; the word that the spans' resource has as
            ``deployment.environment.name``, so that the ledger and the traffic can be compared.
        at: since when; a time without zone is local. Now where it is None.
        note: what to say of it.
        alongside: leave those live that are, as for a canary.

    Returns:
        The version's deployment.

    Raises:
        InvalidArgumentError: the environment's name, the time or the note is not usable.
        NotFoundError: the store has no such version, or several.
        StoreError: the store cannot be written.
    """
    with opened_store() as store:
        return deploy_version(
            store.deployments, _id_of(store, version), environment, at=_time(at), note=note, alongside=alongside
        )


def undeploy(
    environment: str,
    version: str | LoggedModel | None = None,
    *,
    at: datetime | str | None = None,
    note: str | None = None,
) -> list[Deployment]:
    """Write down that a version, or everything, is no longer live in an environment.

    Args:
        environment: where.
        version: the version, its name or its id; all that are live where it is None.
        at: since when; a time without zone is local. Now where it is None.
        note: what to say of it.

    Returns:
        The deployments that ended.

    Raises:
        InvalidArgumentError: the environment's name, the time or the note is not usable.
        NotFoundError: it is not live there.
        StoreError: the store cannot be written.
    """
    with opened_store() as store:
        model_id = None if version is None else _id_of(store, version)
        return undeploy_version(store.deployments, environment, model_id, at=_time(at), note=note)


def rollback(environment: str, *, at: datetime | str | None = None, note: str | None = None) -> Deployment:
    """Write down that the version is live again that was before the present one.

    Args:
        environment: where.
        at: since when; a time without zone is local. Now where it is None.
        note: what to say of it.

    Returns:
        The deployment of the version that is live again.

    Raises:
        InvalidArgumentError: the environment's name, the time or the note is not usable.
        NotFoundError: no version was live there before.
        StoreError: the store cannot be written.
    """
    with opened_store() as store:
        return roll_back(store.deployments, environment, at=_time(at), note=note)


def live(
    at: datetime | str | None = None,
    environment: str | None = None,
    source: Literal["ledger", "traffic"] | None = None,
) -> list[Live]:
    """Which version was live at a moment, in each environment, with what speaks for it and against it.

    Args:
        at: the moment; a time without zone is local. Now where it is None.
        environment: only this one.
        source: what to go by: the ledger of deployments, the traffic, or both where it is None.

    Raises:
        InvalidArgumentError: the time, the environment's name or the source is not usable.
        StoreError: the store cannot be read.
    """
    if source not in (None, "ledger", "traffic"):
        raise InvalidArgumentError(f"source={source!r} is neither 'ledger' nor 'traffic'")
    with opened_store() as store:
        ledger, traffic = (None if source == other else store.deployments for other in ("traffic", "ledger"))
        return live_versions(ledger, traffic, _time(at), environment)


def live_versions(
    ledger: DeploymentRecords | None, seen: DeploymentRecords | None, at: int | None, environment: str | None
) -> list[Live]:
    """Which version was live, by the records of stores.

    Args:
        ledger: where deployments were written down; None to go by traffic alone.
        seen: where traffic was; None to go by the ledger alone.
        at: the moment, in milliseconds since the epoch; now where it is None.
        environment: only this one.

    Raises:
        InvalidArgumentError: the environment's name is not usable.
        StoreError: a store cannot be read.
    """
    checked, now = None if environment is None else checked_environment(environment), now_ms()
    events = by_environment(ledger.events(checked) if ledger else ())
    traffic = by_environment(seen.traffic(checked) if seen else ())
    names = sorted({*events, *traffic}) if checked is None else [checked]
    return [
        live_in(name, now if at is None else at, now, events.get(name, ()), traffic.get(name, ())) for name in names
    ]


def deployment_history(environment: str | None = None) -> History:
    """Everything that the ledger and the traffic tell: what was live when, adopted, replaced, rolled back.

    Args:
        environment: only this one.

    Raises:
        InvalidArgumentError: the environment's name is not usable.
        StoreError: the store cannot be read.
    """
    with opened_store() as store:
        return history(store.deployments, environment)


def history(
    records: DeploymentRecords, environment: str | None = None, hours_of_share: int = _HOURS_OF_A_DAY
) -> History:
    """The same of a store's records.

    Args:
        records: where they are.
        environment: only this one.
        hours_of_share: the stretches of time that the versions' shares are given for.
    """
    checked = None if environment is None else checked_environment(environment)
    deployments = [
        deployment
        for events in by_environment(records.events(checked)).values()
        for deployment in deployments_of(events)
    ]
    traffic = records.traffic(checked)
    return History(
        deployments=deployments,
        presences=presences_of(traffic),
        shares=shares_of(traffic, hours_of_share),
        contradictions=contradictions_of(deployments, traffic, now_ms() * 1_000_000),
    )


def _id_of(store: Store, version: str | LoggedModel) -> str:
    return (
        version.model_id
        if isinstance(version, LoggedModel)
        else resolve_model(store, version, beginnings=False).model_id
    )


def _time(at: datetime | str | None) -> int | None:
    return None if at is None else milliseconds_of(at)
