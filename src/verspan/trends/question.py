"""What somebody wants to see of a metric."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from verspan.sources.model import ClusterBy, Window
from verspan.trends.model import By
from verspan.trends.stretches import Stretch


@dataclass(frozen=True)
class TrendQuery:
    """Which metric, by what, and of which versions and time."""

    metric: str
    by: By = By.VERSION
    stretch: Stretch = Stretch.DAY
    """Where it is by time."""
    window: Window = field(default_factory=Window)
    versions: Sequence[str] = ()
    """By name, id, alias or a beginning; all where it is empty."""
    experiment_name: str | None = None
    limit: int = 20
    """Points at most: the newest ones."""
    cluster_by: ClusterBy = ClusterBy.SESSION
    confidence: float = 0.95
