"""Whether two versions saw the same traffic: if not, a difference between them may be one between their users.

The method is the sample ratio check of A/B tests, applied to everything that could make traffic another: a chi-squared
test of independence, with a bound on the size of the difference, since with much traffic every mix differs a little.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from scipy import stats

from verspan.sources.model import ObservedTrace

_ALPHA = 0.001
_LEAST_DISTANCE = 0.1
_MOST_KINDS = 50  # kinds beyond the most frequent are one
_SHOWN = 3
_OTHERS = "others"
Kinds = Callable[[ObservedTrace], Iterable[str]]


def mix_warnings(baseline: Sequence[ObservedTrace], candidate: Sequence[ObservedTrace]) -> list[str]:
    """A sentence for each way in which the two versions saw another traffic.

    Args:
        baseline: one version's traces.
        candidate: the other's.
    """
    if not (baseline and candidate):
        return []
    found = [
        _mix_warning("requests", "trace names", baseline, candidate, lambda trace: [trace.name]),
        _mix_warning("models", "models", baseline, candidate, _models),
        _sampling_warning(baseline, candidate),
        *_time_warnings(baseline, candidate),
    ]
    return [warning for warning in found if warning is not None]


def _models(trace: ObservedTrace) -> list[str]:
    return [call.model or "?" for call in trace.calls]


def _mix_warning(
    what: str, by: str, baseline: Sequence[ObservedTrace], candidate: Sequence[ObservedTrace], kinds: Kinds
) -> str | None:
    counts = [Counter(kind for trace in traces for kind in kinds(trace)) for traces in (baseline, candidate)]
    frequent = [kind for kind, _ in (counts[0] + counts[1]).most_common(_MOST_KINDS)]
    rows = [[count[kind] for kind in frequent] for count in counts]
    rest = [count.total() - sum(row) for count, row in zip(counts, rows, strict=True)]
    table = np.array([[*row, left] for row, left in zip(rows, rest, strict=True)], dtype=np.float64)
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] < 2 or (table.sum(axis=1) == 0).any():  # noqa: PLR2004 - one kind is no mix
        return None
    shares = table / table.sum(axis=1, keepdims=True)
    distance = float(abs(shares[1] - shares[0]).sum()) / 2
    if distance < _LEAST_DISTANCE or float(stats.chi2_contingency(table).pvalue) > _ALPHA:
        return None
    named = [*frequent, _OTHERS]
    apart = sorted(range(table.shape[1]), key=lambda place: -abs(shares[1][place] - shares[0][place]))
    told = ", ".join(f"{named[place]} {shares[0][place]:.0%} → {shares[1][place]:.0%}" for place in apart[:_SHOWN])
    return f"the versions saw another mix of {what}: {distance:.0%} of it differ by {by} ({told})"


def _sampling_warning(baseline: Sequence[ObservedTrace], candidate: Sequence[ObservedTrace]) -> str | None:
    stood_for = [sum(trace.weight for trace in traces) for traces in (baseline, candidate)]
    if stood_for == [len(baseline), len(candidate)]:
        return None
    return (
        f"the traffic was sampled: {len(baseline)} traces stand for {stood_for[0]:.0f},"
        f" and {len(candidate)} for {stood_for[1]:.0f}; each is weighted by how many it stands for"
    )


def _time_warnings(baseline: Sequence[ObservedTrace], candidate: Sequence[ObservedTrace]) -> list[str]:
    """Of versions that followed each other; two at a time may well be given users of their own."""
    times = [[trace.start_ns for trace in traces] for traces in (baseline, candidate)]
    if max(times[0]) >= min(times[1]) and max(times[1]) >= min(times[0]):
        return []
    found = ["the versions were not in use at the same time: what changed meanwhile, such as a provider, is in both"]
    users = [{trace.user_id for trace in traces if trace.user_id is not None} for traces in (baseline, candidate)]
    if all(users):
        shared = len(users[0] & users[1]) / min(map(len, users))
        if shared < 1 - _LEAST_DISTANCE:
            found.append(f"the versions saw other users: {shared:.0%} of the fewer ones are in both")
    return found
