"""What has been observed of a version so far: a few numbers a trace, so that watching for days fits into memory."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterable, Sequence
from hashlib import blake2b

import numpy as np

from verspan.comparison.comparing import Evidence
from verspan.comparison.samples import Floats, Sample
from verspan.comparison.traffic import TRAFFIC_METRICS, Measured
from verspan.sources.model import ClusterBy, ObservedTrace

LATEST = 5_000
"""Traces of a version that are kept whole, by which it is seen whether both versions have the same traffic."""
_COLUMNS = len(TRAFFIC_METRICS) + 1  # and the weight


class Traffic:
    """The traces of one version, each once however often it is read, and as it was read last."""

    def __init__(self, cluster_by: ClusterBy) -> None:
        """No traces yet.

        Args:
            cluster_by: what may make traces depend on one another; a trace without it stands for itself.
        """
        self._cluster_by = cluster_by
        self._numbers = array("d")  # a row of `_COLUMNS` for each trace
        self._clusters = array("q")
        self._places: dict[str, tuple[int, int]] = {}  # by trace id: the row, and when the trace started
        self.latest: deque[ObservedTrace] = deque(maxlen=LATEST)

    def __len__(self) -> int:
        return len(self._clusters)

    @property
    def units(self) -> int:
        """How many sessions or users there are, or traces without one."""
        return len(np.unique(np.array(self._clusters)))

    def add(self, traces: Iterable[ObservedTrace]) -> None:
        """Take traces in; one that is there already is replaced, since spans of it may have come since."""
        for trace in traces:
            found = self._places.get(trace.trace_id)
            if found is None:
                self._places[trace.trace_id] = len(self), trace.start_ns
                self._numbers.extend(_numbers(trace))
                self._clusters.append(_number_of(cluster_of(trace, self._cluster_by)))
                self.latest.append(trace)
            else:
                row = found[0] * _COLUMNS
                self._numbers[row : row + _COLUMNS] = array("d", _numbers(trace))

    def forget(self, before_ns: int) -> None:
        """Drop the ids of traces that are not read again: those that started before then."""
        self._places = {name: place for name, place in self._places.items() if place[1] >= before_ns}

    def samples(self) -> Sequence[Sample]:
        """A sample for each of the metrics of traffic, without the traces that do not have it."""
        rows: Floats = np.array(self._numbers).reshape(-1, _COLUMNS)
        clusters = np.array(self._clusters)
        return [_sample(rows[:, place], clusters, rows[:, -1]) for place in range(len(TRAFFIC_METRICS))]


def evidence_of(baseline: Traffic, candidate: Traffic) -> list[Evidence]:
    """What two versions' traffic says so far, by the metrics of every comparison of traffic."""
    total = len(baseline) + len(candidate)
    samples = zip(TRAFFIC_METRICS, baseline.samples(), candidate.samples(), strict=True)
    return [
        Evidence(measured.metric, before, after, note=_note(measured, total - len(before) - len(after)))
        for measured, before, after in samples
    ]


def _note(measured: Measured, left_out: int) -> str | None:
    return f"{left_out} traces are left out, which {measured.without}" if left_out else None


def _numbers(trace: ObservedTrace) -> list[float]:
    found = (measured.measure(trace) for measured in TRAFFIC_METRICS)
    return [*(np.nan if value is None else value for value in found), trace.weight]


def cluster_of(trace: ObservedTrace, by: ClusterBy) -> str:
    """A name for what a trace belongs to: its session or user, or itself."""
    named = {ClusterBy.SESSION: trace.session_id, ClusterBy.USER: trace.user_id}.get(by)
    return f"trace {trace.trace_id}" if named is None else f"of {named}"


def _number_of(name: str) -> int:
    """64 bits of a digest, the same in every process."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


def _sample(values: Floats, clusters: object, weights: Floats) -> Sample:
    known = ~np.isnan(values)
    _, numbered = np.unique(np.asarray(clusters)[known], return_inverse=True)
    return Sample(values[known], numbered.astype(np.int64), weights[known])
