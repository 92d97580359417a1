"""The trend of a metric, for applications and notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from verspan.comparison.installed import check_installed
from verspan.deployments.moments import milliseconds_of
from verspan.errors import InvalidArgumentError
from verspan.sources.model import ClusterBy, Window
from verspan.versions.registry import opened_store
from verspan.watching.choices import chosen

if TYPE_CHECKING:
    from verspan.trends.model import Trend

_NS_IN_MS = 1_000_000


def trend(  # noqa: PLR0913 - each says something else of what is shown
    metric: str,
    *,
    by: str = "version",
    stretch: str = "day",
    since: datetime | str | None = None,
    until: datetime | str | None = None,
    environment: str | None = None,
    versions: Sequence[str] = (),
    experiment_name: str | None = None,
    limit: int = 20,
    cluster_by: str = "session",
    confidence: float = 0.95,
) -> Trend:
    """A metric over versions, in the order of their creation, or over time.

    ::

        trend = verspan.trend("latency p95", by="time", environment="production")
        print(trend)
        [(point.label, point.value, point.interval) for point in trend.points]

    Args:
        metric: of traces (``error rate``, ``latency p50``, ``latency p95``, ``latency p99``, ``input tokens``,
            ``output tokens``, ``cost``), of model calls (``calls``, ``call error rate``, ``call latency p95``, …, which
            roll-ups are kept of), or the name of a feedback such as ``correctness``.
        by: ``version`` or ``time``.
        stretch: by time, how long a point is: ``hour``, ``day`` or ``week``, of UTC.
        since: only what started, or was said, then or later; a time without zone is local.
        until: only what did before then.
        environment: only traces whose root ran in this ``deployment.environment.name``.
        versions: only these, by name, id, alias or a beginning.
        experiment_name: only versions of this experiment.
        limit: points at most: the newest ones.
        cluster_by: what makes traces depend on one another: ``session``, ``user`` or ``nothing``.
        confidence: of the intervals, each alone.

    Returns:
        The trend; ``print`` shows it.

    Raises:
        InvalidArgumentError: an argument is not usable, or the metric is not kept by what is asked.
        MissingPackageError: SciPy is not installed.
        NotFoundError: there is no such version, or nothing of that metric.
        StoreError: the store cannot be read.
    """
    check_installed()
    from verspan.trends.model import By
    from verspan.trends.pointing import trend_of
    from verspan.trends.question import TrendQuery
    from verspan.trends.stretches import Stretch

    if not 0 < confidence < 1 or limit < 1:
        raise InvalidArgumentError("confidence is between 0 and 1, such as 0.95, and limit is 1 or more")
    asked = TrendQuery(
        metric=metric,
        by=chosen(By, by, "by"),
        stretch=chosen(Stretch, stretch, "stretch"),
        window=Window(_nanoseconds(since), _nanoseconds(until), environment),
        versions=[versions] if isinstance(versions, str) else versions,
        experiment_name=experiment_name,
        limit=limit,
        cluster_by=chosen(ClusterBy, cluster_by, "cluster_by"),
        confidence=confidence,
    )
    with opened_store() as store:
        return trend_of(store, asked)


def _nanoseconds(moment: datetime | str | None) -> int | None:
    return None if moment is None else milliseconds_of(moment) * _NS_IN_MS
