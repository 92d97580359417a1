"""Observations of a version, as arrays: of one version, or pairs of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verspan.errors import InvalidArgumentError

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Sample:
    """Observations of one version. Those of one cluster, such as a session, may depend on one another."""

    values: Floats
    clusters: Integers
    """The number of each observation's cluster, from 0 on."""
    weights: Floats
    """How many observations of the traffic each stands for: 1 where none was left out by sampling."""

    @classmethod
    def of(
        cls,
        values: Sequence[float] | Floats,
        clusters: Sequence[object] | None = None,
        weights: Sequence[float] | Floats | None = None,
    ) -> Sample:
        """A sample.

        Args:
            values: the observations.
            clusters: what each belongs to, such as a session's id; None where each stands for itself.
            weights: likewise how many each stands for; None where each is one.

        Raises:
            InvalidArgumentError: a value is not a finite number, a weight is not positive, or the lengths differ.
        """
        found = np.asarray(values, dtype=np.float64)
        count = len(found)
        if not np.isfinite(found).all():
            raise InvalidArgumentError("an observation is a finite number; leave out the rows that have none")
        numbers = np.arange(count) if clusters is None else _numbered(clusters)
        heavy = np.ones(count) if weights is None else np.asarray(weights, dtype=np.float64)
        if len(numbers) != count or len(heavy) != count:
            raise InvalidArgumentError(f"there are {count} values, {len(numbers)} clusters and {len(heavy)} weights")
        if not (np.isfinite(heavy).all() and (heavy > 0).all()):
            raise InvalidArgumentError("a weight is a positive number: how many observations one stands for")
        return cls(found, numbers, heavy)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def units(self) -> int:
        """How many clusters there are."""
        return int(self.clusters.max()) + 1 if len(self) else 0

    @property
    def is_plain(self) -> bool:
        """Whether each observation stands for itself and for nothing else."""
        return self.units == len(self) and bool((self.weights == 1.0).all())

    @property
    def is_binary(self) -> bool:
        """Whether each observation is 0 or 1, so that their mean is a rate."""
        return bool(np.isin(self.values, (0.0, 1.0)).all())

    @property
    def mean(self) -> float:
        """The weighted mean."""
        return float(np.average(self.values, weights=self.weights))

    def totals(self) -> tuple[Floats, Floats]:
        """By cluster: the weighted sum of its values, and its weight."""
        sums = np.bincount(self.clusters, self.values * self.weights, self.units)
        sizes = np.bincount(self.clusters, self.weights, self.units)
        return sums.astype(np.float64), sizes.astype(np.float64)


@dataclass(frozen=True)
class Pairs:
    """Observations of the same rows under both versions."""

    baseline: Floats
    candidate: Floats

    @classmethod
    def of(cls, baseline: Sequence[float] | Floats, candidate: Sequence[float] | Floats) -> Pairs:
        """Pairs, one for each row.

        Raises:
            InvalidArgumentError: the lengths differ, or a value is not a finite number.
        """
        before, after = Sample.of(baseline).values, Sample.of(candidate).values
        if len(before) != len(after):
            raise InvalidArgumentError(f"pairs have two values each, and there are {len(before)} and {len(after)}")
        return cls(before, after)

    def __len__(self) -> int:
        return len(self.baseline)

    @property
    def is_binary(self) -> bool:
        """Whether each observation is 0 or 1."""
        return bool(np.isin(self.baseline, (0.0, 1.0)).all() and np.isin(self.candidate, (0.0, 1.0)).all())

    @property
    def differences(self) -> Floats:
        """Candidate minus baseline, for each row."""
        return self.candidate - self.baseline


def _numbered(clusters: Sequence[object]) -> Integers:
    numbers: dict[object, int] = {}
    return np.asarray([numbers.setdefault(cluster, len(numbers)) for cluster in clusters], dtype=np.int64)
