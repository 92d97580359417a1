"""Watching two versions that somebody names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from verspan.comparison.installed import check_installed
from verspan.deployments.moments import milliseconds_of
from verspan.sources.model import ClusterBy, Window
from verspan.sources.opening import Source, fetched
from verspan.versions.registry import opened_store
from verspan.watching.choices import chosen
from verspan.watching.clock import Clock, SystemClock

if TYPE_CHECKING:
    from verspan.gating.policy import Policy
    from verspan.versions.model import LoggedModel
    from verspan.watching.model import Look
    from verspan.watching.reading import Opens

_NS = 1_000_000_000
_NS_IN_MS = 1_000_000
_HOUR_S = 3600.0


def watch(  # noqa: PLR0913 - each says something else of what is watched
    baseline: str | LoggedModel,
    candidate: str | LoggedModel,
    *,
    environment: str | None = None,
    gate: str | Path | Policy | None = None,
    margin: float = 0.1,
    rate_margin: float = 0.02,
    every_s: float = 30.0,
    duration_s: float = 2 * _HOUR_S,
    since: datetime | str | None = None,
    source: str | None = None,
    least: int = 100,
    cluster_by: str = "session",
    alpha: float = 0.05,
    clock: Clock | None = None,
) -> Iterator[Look]:
    """Follow the live traffic of two versions until it is known whether the candidate may stay.

    ::

        for look in verspan.watch("agent-1a2b3c4d", "agent-5e6f7a8b", environment="production"):
            print(look)
        look.judgement.verdict   # Verdict.PASS, Verdict.FAIL, or Verdict.INCONCLUSIVE when the time is up

    Each look is a comparison of all traffic so far, by intervals and p-values that hold at every look: a candidate that
    is no worse is said to be worse in at most `alpha` of watches, however often it is looked at. Without `gate` it
    fails as soon as a metric is shown to be worse, and passes when error rate, latency (median and 95th percentile) and
    cost are shown to be within their margins.

    Args:
        baseline: the version to compare with: its record, name, id or alias, or the beginning of a name or an id.
        candidate: the version that is judged; it may have no traffic yet.
        environment: only traces whose root ran in this ``deployment.environment.name``.
        gate: the policy to judge by, or its file (docs/gate.md); its alpha counts.
        margin: how much worse latency and cost may be, as a share of the baseline's; without `gate`.
        rate_margin: how much worse the error rate may be: 0.02 is two points in a hundred; without `gate`.
        every_s: seconds from one look to the next.
        duration_s: seconds until it ends, if nothing has ended it.
        since: only traces that started then or later; a time without zone is local. Those from now on where it is None.
        source: where the traces are, if not in the store that this process records in: ``jaeger://host:16686``.
        least: sessions (or users, or traces) of each version without which nothing is concluded.
        cluster_by: what makes traces depend on one another: ``session``, ``user`` or ``nothing``.
        alpha: how often a version that is no worse may be said to be; without `gate`.
        clock: the time; the computer's where it is None.

    Returns:
        The looks, each when it is taken; the last has ``ended``.

    Raises:
        InvalidArgumentError: an argument is not usable, or both are the same version.
        MissingPackageError: SciPy is not installed.
        StoreError: the traces cannot be read, and will not be by waiting.
    """
    check_installed()
    from verspan.gating.reading import read_policy
    from verspan.watching.judging import Margins, by_policy, without_policy
    from verspan.watching.looking import looks
    from verspan.watching.plan import Plan

    clock = clock or SystemClock()
    now_ns = clock.now_ns()
    policy = read_policy(gate) if isinstance(gate, (str, Path)) else gate
    plan = Plan(
        baseline=_name_of(baseline),
        candidate=_name_of(candidate),
        judge=without_policy(Margins(rate_margin, margin)) if policy is None else by_policy(policy),
        since_ns=now_ns if since is None else milliseconds_of(since) * _NS_IN_MS,
        until_ns=now_ns + int(duration_s * _NS),
        environment=environment,
        every_s=every_s,
        least=least,
        alpha=alpha if policy is None else policy.alpha,
        cluster_by=chosen(ClusterBy, cluster_by, "cluster_by"),
    )
    return looks(plan, _of_store if source is None else _of(source), clock)


@contextmanager
def _of_store(_versions: Sequence[str], _window: Window) -> Iterator[Source]:
    with opened_store() as store:
        yield Source(store)


def _of(source: str) -> Opens:
    def opens(versions: Sequence[str], window: Window) -> AbstractContextManager[Source]:
        return fetched(source, versions, window)

    return opens


def _name_of(version: str | LoggedModel) -> str:
    return version if isinstance(version, str) else version.model_id
