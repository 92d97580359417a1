"""What an alert is: a rule, what checking it finds, and what is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from verspan.gating.policy import Policy


@dataclass(frozen=True)
class Rule:
    """What is demanded of the traffic of some time; it fires when that is shown not to be so."""

    name: str
    window_s: float
    """How far back the traffic is looked at, in seconds."""
    policy: Policy | None
    """What is demanded of the metric; None for a rule that demands nothing but traffic."""
    metric: str | None = None
    """Of traces, or the name of a feedback; None where any trace will do."""
    environment: str | None = None
    version: str | None = None
    """By name, id or alias; all versions where it is None."""
    against_s: float | None = None
    """Compare with as long a time so many seconds before."""
    against_version: str | None = None
    """Compare with this version at the same time."""


class State(str, Enum):
    """What a check of a rule finds."""

    FIRING = "firing"
    QUIET = "quiet"
    UNKNOWN = "unknown"
    """Neither is shown: it stays what it was."""


@dataclass(frozen=True)
class Finding:
    """A rule as it was found."""

    rule: Rule
    state: State
    found: str
    """What was seen, for people."""


class Change(str, Enum):
    """What has become of an alert."""

    BEGAN = "began"
    ENDED = "ended"


@dataclass(frozen=True)
class Event:
    """What is told of an alert, once: the fields are those of the webhook's JSON."""

    event: Change
    alert: str
    """The rule's name."""
    found: str
    """What was seen, for people."""
    metric: str | None
    environment: str | None
    version: str | None
    began: str
    """When it began to fire, in ISO 8601, UTC."""
    time: str
    """When this was found, likewise."""
    delivery: str
    """The same for whoever gets it twice: 32 hexadecimal digits."""


@dataclass(frozen=True)
class Report:
    """What a check of all rules came to."""

    firing: list[str]
    """Names of the alerts that fire."""
    findings: list[Finding]
    events: list[Event]
    """What has begun or ended since it was told last."""
    untold: list[str]
    """Why an event could not be told: it is told at the next check."""
