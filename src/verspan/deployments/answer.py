"""Which version was live at a moment: what the ledger says, and what traffic shows around it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from verspan.deployments.contradictions import contradictions_of
from verspan.deployments.model import HOUR_MS, Deployment, DeploymentEvent, Live, LiveVersion, TrafficHour
from verspan.deployments.timeline import deployments_of
from verspan.deployments.traffic import parts_of_hour

_NS_PER_MS: Final = 1_000_000


def live_in(
    environment: str,
    timestamp: int,
    now: int,
    events: Iterable[DeploymentEvent],
    traffic: Sequence[TrafficHour],
) -> Live:
    """What was live in an environment at a moment.

    The ledger's word comes first, and beside it whatever else was seen in that hour both until the moment and after it.
    Where the ledger says nothing and no version was seen so, it is the one that was last seen until then.

    Args:
        environment: its name.
        timestamp: the moment, in milliseconds since the epoch.
        now: the present, likewise.
        events: its ledger; empty where that is not to count.
        traffic: what was seen in it; empty where that is not to count.
    """
    deployments = deployments_of(events)
    deployed = {each.model_id: each for each in deployments if each.covers(timestamp)}
    sights = _sights(traffic, timestamp * _NS_PER_MS)
    parts = parts_of_hour(traffic, timestamp // HOUR_MS)
    seen = [model_id for model_id in sorted(parts, key=lambda each: -parts[each]) if sights[model_id].around]
    known: dict[str, Deployment | _Sights] = {**sights, **deployed}
    versions = [
        _live_version(known[model_id], deployed.get(model_id), sights.get(model_id), parts.get(model_id))
        for model_id in dict.fromkeys([*deployed, *(seen or ([] if deployed else _last_seen(sights)))])
    ]
    found = contradictions_of(deployments, traffic, now * _NS_PER_MS)
    then = [each for each in found if each.start_ns <= timestamp * _NS_PER_MS <= each.end_ns]
    return Live(environment, timestamp, versions, then)


@dataclass
class _Sights:
    """When a version was last seen until a moment, and next after it, as far as that is known by the hour."""

    model_id: str
    model_name: str
    last_ns: int | None = None
    next_ns: int | None = None
    around: bool = False
    """Whether it was seen in the moment's hour both until the moment and after it."""

    def add(self, hour: TrafficHour, moment_ns: int) -> None:
        """Take in an hour in which it was seen."""
        for sight_ns in (hour.first_ns, hour.last_ns):
            if sight_ns <= moment_ns:
                self.last_ns = max(sight_ns, self.last_ns or 0)
            else:
                self.next_ns = min(sight_ns, self.next_ns or sight_ns)
        self.around = self.around or hour.first_ns <= moment_ns <= hour.last_ns


def _sights(traffic: Iterable[TrafficHour], moment_ns: int) -> dict[str, _Sights]:
    found: dict[str, _Sights] = {}
    for hour in traffic:
        sights = found.setdefault(hour.model_id, _Sights(hour.model_id, hour.model_name))
        sights.add(hour, moment_ns)
    return found


def _last_seen(sights: dict[str, _Sights]) -> list[str]:
    """The version that was seen last until the moment."""
    until = {model_id: each.last_ns for model_id, each in sights.items() if each.last_ns is not None}
    return [max(until, key=lambda model_id: until[model_id])] if until else []


def _live_version(
    known: Deployment | _Sights, deployment: Deployment | None, sights: _Sights | None, share: float | None
) -> LiveVersion:
    return LiveVersion(
        model_id=known.model_id,
        model_name=known.model_name,
        deployment=deployment,
        last_seen_ns=sights.last_ns if sights else None,
        next_seen_ns=sights.next_ns if sights else None,
        share=share,
    )
