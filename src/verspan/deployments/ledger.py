"""Deploying versions, and going back: what is added to the ledger of an environment, and what is refused."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from verspan.deployments.model import Deployment, DeploymentEvent, EventKind, NewEvent
from verspan.deployments.records import DeploymentRecords
from verspan.deployments.timeline import deployments_of, live_at, predecessor_of
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.versions.identity import checked_name

_AHEAD_MS: Final = 300_000  # how far ahead of ours another machine's clock may be
_MOST_CHARACTERS: Final = 10_000


def now_ms() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def deploy_version(  # noqa: PLR0913 - what may be said of a deployment, by keyword
    records: DeploymentRecords,
    model_id: str,
    environment: str,
    *,
    at: int | None = None,
    note: str | None = None,
    alongside: bool = False,
) -> Deployment:
    """Make a version live in an environment; it replaces those that are live there.

    Deploying the version that is live already changes nothing.

    Args:
        records: where the ledger is.
        model_id: the version.
        environment: 1 to 250 printable characters.
        at: from when on, in milliseconds since the epoch; from now on where it is None.
        note: what to say of it.
        alongside: leave those live that are, as for a canary.

    Returns:
        The deployment that the version has now at that moment.

    Raises:
        InvalidArgumentError: the environment's name, the time or the note is not usable.
        NotFoundError: the store has no such version.
    """
    timestamp, kind = _checked_time(at), EventKind.ALONGSIDE if alongside else EventKind.DEPLOY
    new = NewEvent(kind, model_id, timestamp, _checked_note(note))

    def decide(events: Sequence[DeploymentEvent]) -> Sequence[NewEvent]:
        live = [deployment.model_id for deployment in live_at(events, timestamp)]
        return [] if (model_id in live if alongside else live == [model_id]) else [new]

    events = records.change(checked_environment(environment), decide)
    return next(each for each in live_at(events, timestamp) if each.model_id == model_id)


def undeploy_version(
    records: DeploymentRecords,
    environment: str,
    model_id: str | None = None,
    *,
    at: int | None = None,
    note: str | None = None,
) -> list[Deployment]:
    """Take a version away from an environment, or everything that is live there.

    Args:
        records: where the ledger is.
        environment: its name.
        model_id: the version; all that are live where it is None.
        at: from when on, in milliseconds since the epoch; from now on where it is None.
        note: what to say of it.

    Returns:
        The deployments that ended.

    Raises:
        InvalidArgumentError: the environment's name, the time or the note is not usable.
        NotFoundError: the version, or anything, is not live there at that moment.
    """
    environment, timestamp, note = checked_environment(environment), _checked_time(at), _checked_note(note)

    def decide(events: Sequence[DeploymentEvent]) -> Sequence[NewEvent]:
        live = [each.model_id for each in live_at(events, timestamp) if model_id in (None, each.model_id)]
        if not live:
            what = "nothing is" if model_id is None else f"{model_id} is not"
            raise NotFoundError(f"{what} live in {environment!r} at that time: `verspan deployments` lists what was")
        return [NewEvent(EventKind.UNDEPLOY, each, timestamp, note) for each in live]

    events = records.change(environment, decide)
    return [each for each in deployments_of(events) if each.end_timestamp == timestamp and not each.replaced_by]


def roll_back(
    records: DeploymentRecords, environment: str, *, at: int | None = None, note: str | None = None
) -> Deployment:
    """Deploy the version again that was live before the present one; done twice, it goes to the one before that.

    Args:
        records: where the ledger is.
        environment: its name.
        at: from when on, in milliseconds since the epoch; from now on where it is None.
        note: what to say of it.

    Returns:
        The deployment of the version that is live again.

    Raises:
        InvalidArgumentError: the environment's name, the time or the note is not usable.
        NotFoundError: no version was live there before.
    """
    environment, timestamp, note = checked_environment(environment), _checked_time(at), _checked_note(note)

    def decide(events: Sequence[DeploymentEvent]) -> Sequence[NewEvent]:
        earlier = predecessor_of(events, timestamp)
        if earlier is None:
            raise NotFoundError(
                f"{environment!r} has no version to go back to: name one, as in `verspan deploy VERSION --env"
                f" {environment}`"
            )
        return [NewEvent(EventKind.DEPLOY, earlier, timestamp, note)]

    events = records.change(environment, decide)
    return live_at(events, timestamp)[-1]


def checked_environment(environment: str) -> str:
    """The name of an environment, without blanks around it.

    Raises:
        InvalidArgumentError: it is empty, too long or has control characters.
    """
    return checked_name(environment, "environment name")


def _checked_time(at: int | None) -> int:
    now = now_ms()
    if at is None:
        return now
    if not 0 <= at <= now + _AHEAD_MS:
        raise InvalidArgumentError("the ledger tells what was done: give a time between 1970 and now")
    return at


def _checked_note(note: str | None) -> str | None:
    if note is not None and len(note) > _MOST_CHARACTERS:
        raise InvalidArgumentError(f"a note has at most {_MOST_CHARACTERS} characters, and this one has {len(note)}")
    return note
