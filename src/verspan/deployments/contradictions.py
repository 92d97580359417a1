"""Where the ledger and the traffic contradict each other.

A deployment takes a while to reach every process, and clocks differ; so a version may be seen ten minutes before it was
deployed and after it was replaced. An environment that nobody ever deployed to contradicts nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from verspan.deployments.environments import by_environment
from verspan.deployments.model import Contradiction, ContradictionKind, Deployment, TrafficHour

TOLERANCE_NS: Final = 600_000_000_000
_NS_PER_MS: Final = 1_000_000


def contradictions_of(
    deployments: Iterable[Deployment], traffic: Iterable[TrafficHour], now_ns: int
) -> list[Contradiction]:
    """Everything that the ledger and the traffic of some environments disagree about, in order of time.

    Args:
        deployments: those of the ledger, as the timeline has them.
        traffic: what was seen in the same environments.
        now_ns: until when a version that is live has been so, in nanoseconds since the epoch.
    """
    seen = by_environment(traffic)
    found: list[Contradiction] = []
    for environment, deployed in by_environment(deployments).items():
        hours = seen.get(environment, [])
        found += [*_unseen(deployed, hours, now_ns), *_seen_otherwise(deployed, hours)]
    return sorted(found, key=lambda each: (each.start_ns, each.environment, each.model_id))


def _unseen(deployed: Sequence[Deployment], seen: Sequence[TrafficHour], now_ns: int) -> Iterator[Contradiction]:
    of_model = _by_model(seen)
    for deployment in deployed:
        start_ns, end_ns = _bounds(deployment, now_ns)
        mine = of_model.get(deployment.model_id, [])
        met = any(hour.last_ns >= start_ns and hour.first_ns <= end_ns for hour in mine)
        if met or end_ns - start_ns <= TOLERANCE_NS:
            continue
        others = any(hour.last_ns >= start_ns and hour.first_ns <= end_ns for hour in seen)
        what = (
            "deployed, and none of its spans was seen"
            if others
            else "deployed, and nothing at all was seen there: do its spans carry deployment.environment.name?"
        )
        yield _contradiction(ContradictionKind.DEPLOYED_UNSEEN, deployment, (start_ns, end_ns), what)


def _seen_otherwise(deployed: Sequence[Deployment], seen: Sequence[TrafficHour]) -> Iterator[Contradiction]:
    begun_ns = min(deployment.start_timestamp for deployment in deployed) * _NS_PER_MS - TOLERANCE_NS
    told = (hour for hour in seen if hour.last_ns >= begun_ns)  # before, nobody kept the ledger
    for model_id, hours in _by_model(told).items():
        mine = [deployment for deployment in deployed if deployment.model_id == model_id]
        if mine:
            yield from _seen_outside(mine, hours, begun_ns)
        else:
            span = min(hour.first_ns for hour in hours), max(hour.last_ns for hour in hours)
            yield _contradiction(ContradictionKind.SEEN_UNDEPLOYED, hours[0], span, "seen, and never deployed")


def _seen_outside(mine: Sequence[Deployment], hours: Sequence[TrafficHour], begun_ns: int) -> Iterator[Contradiction]:
    """What was seen of a version before it was first deployed, and after it was no longer live."""
    first_ns = mine[0].start_timestamp * _NS_PER_MS - TOLERANCE_NS
    # Of an hour only the first and the last sight are known: between them it need not have been seen.
    sights = [sight for hour in hours for sight in (hour.first_ns, hour.last_ns)]
    early = [sight for sight in sights if begun_ns <= sight < first_ns]
    if early:
        span_ns = min(early), max(early)
        yield _contradiction(ContradictionKind.SEEN_BEFORE, mine[0], span_ns, "seen before it was deployed")
    for deployment, following in zip(mine, [*mine[1:], None], strict=True):
        if deployment.end_timestamp is None:
            continue
        gap_ns = deployment.end_timestamp * _NS_PER_MS + TOLERANCE_NS, _start_ns(following)
        late = [sight for sight in sights if gap_ns[0] < sight < gap_ns[1]]
        if late:
            what = "seen after it was replaced" if deployment.replaced_by else "seen after it was taken away"
            yield _contradiction(ContradictionKind.SEEN_AFTER, deployment, (min(late), max(late)), what)


def _start_ns(deployment: Deployment | None) -> int:
    """Until when a version that was taken away is not to be seen."""
    return 2**63 if deployment is None else deployment.start_timestamp * _NS_PER_MS - TOLERANCE_NS


def _bounds(deployment: Deployment, now_ns: int) -> tuple[int, int]:
    end = deployment.end_timestamp
    return deployment.start_timestamp * _NS_PER_MS, now_ns if end is None else end * _NS_PER_MS


def _by_model(seen: Iterable[TrafficHour]) -> dict[str, list[TrafficHour]]:
    found: defaultdict[str, list[TrafficHour]] = defaultdict(list)
    for hour in seen:
        found[hour.model_id].append(hour)
    return found


def _contradiction(
    kind: ContradictionKind, subject: Deployment | TrafficHour, span_ns: tuple[int, int], what: str
) -> Contradiction:
    return Contradiction(kind, subject.environment, subject.model_id, subject.model_name, *span_ns, what)
