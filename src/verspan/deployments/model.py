"""What was live when, as dataclasses: what people said of it, what traffic shows, and what both come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

HOUR_MS = 3_600_000


class EventKind(str, Enum):
    """What was done in an environment."""

    DEPLOY = "DEPLOY"
    """A version was made the only one that is live."""
    ALONGSIDE = "ALONGSIDE"
    """A version was made live beside those that are, as a canary is."""
    UNDEPLOY = "UNDEPLOY"
    """A version was taken away."""


@dataclass(frozen=True)
class NewEvent:
    """What is to be added to the ledger of an environment."""

    kind: EventKind
    model_id: str
    timestamp: int
    """From when on it is so, in milliseconds since the epoch."""
    note: str | None = None


@dataclass(frozen=True)
class DeploymentEvent:
    """A row of the ledger. Rows are never changed: what was live is worked out from all of them."""

    kind: EventKind
    environment: str
    model_id: str
    model_name: str
    timestamp: int
    """From when on it is so, in milliseconds since the epoch; it may have been told of later."""
    entry: int
    """Its entry in the audit log."""
    actor: str | None
    """Who did it, as the audit log says; None once that is erased."""
    note: str | None = None


@dataclass(frozen=True)
class Deployment:
    """A version that was live in an environment, from when to when, by the ledger."""

    environment: str
    model_id: str
    model_name: str
    start_timestamp: int
    """In milliseconds since the epoch."""
    end_timestamp: int | None
    """None while it is live."""
    deployed_by: str | None
    """None where it has been erased from the audit log, as below."""
    ended_by: str | None
    replaced_by: str | None
    """The id of the version that replaced it; None while it is live, and where it was taken away."""
    rollback: bool
    """Whether the version had been live there before, and was brought back."""
    note: str | None
    """What was said when it was deployed."""

    def covers(self, timestamp: int) -> bool:
        """Whether it was live at a moment, in milliseconds since the epoch."""
        return self.start_timestamp <= timestamp and (self.end_timestamp is None or timestamp < self.end_timestamp)


@dataclass(frozen=True)
class TrafficHour:
    """What was seen of a version in an environment in one hour."""

    environment: str
    """Empty where the spans' resource names none."""
    model_id: str
    model_name: str
    hour: int
    """Hours since the epoch."""
    spans: int
    """Spans that started in it."""
    calls: int
    """Of these, calls of models."""
    first_ns: int
    """When the first of them started, in nanoseconds since the epoch."""
    last_ns: int
    """When the last of them started."""


class Adoption(str, Enum):
    """What became of a version in an environment, by its share of the traffic."""

    UNADOPTED = "UNADOPTED"
    """It never had a tenth of an hour's calls."""
    ADOPTED = "ADOPTED"
    """It had a tenth of the calls or more in the latest hour that had any."""
    REPLACED = "REPLACED"
    """It had, and has no longer."""
    ROLLED_BACK = "ROLLED_BACK"
    """It was replaced by a version that was adopted before it."""


@dataclass(frozen=True)
class Presence:
    """What traffic shows of a version in an environment."""

    environment: str
    model_id: str
    model_name: str
    first_seen_ns: int
    last_seen_ns: int
    spans: int
    calls: int
    share: float
    """Of the calls of the environment since it was first seen, from 0 to 1."""
    adoption: Adoption
    adopted_ns: int | None
    """When the first hour began in which it had a tenth of the calls."""
    replaced_ns: int | None
    """When the last such hour ended, where there were calls afterwards."""


@dataclass(frozen=True)
class Share:
    """A version's part in the calls of an environment over some time."""

    environment: str
    start_ns: int
    model_id: str
    model_name: str
    spans: int
    calls: int
    share: float
    """From 0 to 1: of the calls, or of the spans where none of them is a call."""


class ContradictionKind(str, Enum):
    """In which way the ledger and the traffic contradict each other."""

    DEPLOYED_UNSEEN = "DEPLOYED_UNSEEN"
    SEEN_UNDEPLOYED = "SEEN_UNDEPLOYED"
    SEEN_BEFORE = "SEEN_BEFORE"
    SEEN_AFTER = "SEEN_AFTER"


@dataclass(frozen=True)
class Contradiction:
    """Something that the ledger says and traffic does not, or the other way round."""

    kind: ContradictionKind
    environment: str
    model_id: str
    model_name: str
    start_ns: int
    """From when on it is so."""
    end_ns: int
    what: str
    """A sentence about it."""


@dataclass(frozen=True)
class LiveVersion:
    """A version that was live at a moment, with what speaks for it."""

    model_id: str
    model_name: str
    deployment: Deployment | None
    """What the ledger says; None where it says nothing of it."""
    last_seen_ns: int | None
    """Its latest span until then; None where there was none in the week before."""
    next_seen_ns: int | None
    """Its earliest span after that; None where there is none in the week after."""
    share: float | None
    """Its part in the calls of that hour, from 0 to 1; None where there were none."""


@dataclass(frozen=True)
class Live:
    """What was live in an environment at a moment."""

    environment: str
    timestamp: int
    """The moment, in milliseconds since the epoch."""
    versions: Sequence[LiveVersion]
    """Those of the ledger first; several where they were live beside each other, none where nothing was."""
    contradictions: Sequence[Contradiction]
    """What the ledger and the traffic disagree about at that moment."""


@dataclass(frozen=True)
class History:
    """Everything that is known of what was live when."""

    deployments: Sequence[Deployment]
    """By environment and time."""
    presences: Sequence[Presence]
    """By environment and by when a version was first seen."""
    shares: Sequence[Share]
    """By environment and time, the greatest first; days of UTC unless others were asked for."""
    contradictions: Sequence[Contradiction]
    """In order of time."""
