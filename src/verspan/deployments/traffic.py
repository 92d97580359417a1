"""What traffic shows: which version was adopted, replaced or rolled back, and its share of the calls over time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from verspan.deployments.environments import by_environment
from verspan.deployments.model import Adoption, Presence, Share, TrafficHour

ADOPTED_SHARE: Final = 0.1
"""The part of the calls from which on a version counts as adopted, as Sentry has it for releases."""
_HOUR_NS: Final = 3_600_000_000_000


def presences_of(traffic: Iterable[TrafficHour]) -> list[Presence]:
    """What was seen of each version in each environment, by environment and by when it was first seen."""
    found = [presence for hours in by_environment(traffic).values() for presence in _presences(hours)]
    return sorted(found, key=lambda presence: (presence.environment, presence.first_seen_ns))


def shares_of(traffic: Iterable[TrafficHour], hours_of_each: int) -> list[Share]:
    """The versions' parts in the calls of each environment, over one stretch of time after the other.

    Args:
        traffic: what was seen.
        hours_of_each: how long a stretch is; 24 for days, which are those of UTC.

    Returns:
        By environment and time, the greatest part of each stretch first; stretches without traffic are left out.
    """
    stretches: defaultdict[tuple[str, int], list[TrafficHour]] = defaultdict(list)
    for seen in traffic:
        stretches[seen.environment, seen.hour // hours_of_each * hours_of_each].append(seen)
    shares: list[Share] = []
    for (environment, hour), hours in sorted(stretches.items()):
        parts = _parts(hours)
        for model_id in sorted(parts, key=lambda each: (-parts[each], each)):
            mine = [seen for seen in hours if seen.model_id == model_id]
            shares.append(
                Share(
                    environment=environment,
                    start_ns=hour * _HOUR_NS,
                    model_id=model_id,
                    model_name=mine[0].model_name,
                    spans=sum(seen.spans for seen in mine),
                    calls=sum(seen.calls for seen in mine),
                    share=parts[model_id],
                )
            )
    return shares


def parts_of_hour(traffic: Iterable[TrafficHour], hour: int) -> dict[str, float]:
    """The part of each version, by its id, in the calls of one environment in one hour."""
    return _parts([seen for seen in traffic if seen.hour == hour])


def _presences(traffic: Sequence[TrafficHour]) -> list[Presence]:
    """Those of one environment."""
    by_hour: defaultdict[int, list[TrafficHour]] = defaultdict(list)
    by_model: defaultdict[str, list[TrafficHour]] = defaultdict(list)
    for seen in traffic:
        by_hour[seen.hour].append(seen)
        by_model[seen.model_id].append(seen)
    adopted: dict[str, list[int]] = {}
    for hour, hours in sorted(by_hour.items()):
        for model_id, part in _parts(hours).items():
            if part >= ADOPTED_SHARE:
                adopted.setdefault(model_id, []).append(hour)
    latest = max(by_hour)
    return [_presence(traffic, hours, adopted, latest) for hours in by_model.values()]


def _presence(
    traffic: Sequence[TrafficHour], mine: Sequence[TrafficHour], adopted: dict[str, list[int]], latest: int
) -> Presence:
    model_id, first_hour = mine[0].model_id, min(seen.hour for seen in mine)
    hours = adopted.get(model_id, [])
    adoption = _adoption(model_id, adopted, latest)
    gone = adoption in (Adoption.REPLACED, Adoption.ROLLED_BACK)
    return Presence(
        environment=mine[0].environment,
        model_id=model_id,
        model_name=mine[0].model_name,
        first_seen_ns=min(seen.first_ns for seen in mine),
        last_seen_ns=max(seen.last_ns for seen in mine),
        spans=sum(seen.spans for seen in mine),
        calls=sum(seen.calls for seen in mine),
        share=_parts([seen for seen in traffic if seen.hour >= first_hour])[model_id],
        adoption=adoption,
        adopted_ns=hours[0] * _HOUR_NS if hours else None,
        replaced_ns=(hours[-1] + 1) * _HOUR_NS if gone else None,
    )


def _adoption(model_id: str, adopted: dict[str, list[int]], latest: int) -> Adoption:
    hours = adopted.get(model_id)
    if not hours:
        return Adoption.UNADOPTED
    if hours[-1] == latest:
        return Adoption.ADOPTED
    later = {other: [hour for hour in others if hour > hours[-1]] for other, others in adopted.items()}
    successors = [other for other in later if later[other]]
    successor = min(successors, key=lambda other: later[other][0], default=None)
    if successor is not None and adopted[successor][0] < hours[0]:
        return Adoption.ROLLED_BACK
    return Adoption.REPLACED


def _parts(hours: Sequence[TrafficHour]) -> dict[str, float]:
    """The part of each version in the calls, or in the spans where none of them is a call."""
    by_calls = any(seen.calls for seen in hours)
    counts: defaultdict[str, int] = defaultdict(int)
    for seen in hours:
        counts[seen.model_id] += seen.calls if by_calls else seen.spans
    total = sum(counts.values())
    return {model_id: count / total for model_id, count in counts.items()}
