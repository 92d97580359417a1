"""``verspan watch``."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.exceptions import Exit

from verspan.cli.completing import complete_models
from verspan.cli.options import cluster_option, json_option, source_option, store_option, typed_time
from verspan.cli.sources import traffic_source
from verspan.errors import InvalidArgumentError

if TYPE_CHECKING:
    from verspan.sources.model import Window
    from verspan.sources.opening import Source
    from verspan.watching.model import Look
    from verspan.watching.plan import Plan

INCONCLUSIVE = 2
_NS = 1_000_000_000


def _seconds(_ctx: click.Context, _parameter: click.Parameter, value: str) -> float:
    from verspan.watching.durations import seconds_of

    try:
        return seconds_of(value)
    except InvalidArgumentError as error:
        raise click.BadParameter(str(error)) from error


@click.command()
@click.option("--baseline", required=True, metavar="VERSION", shell_complete=complete_models, help="What is in use.")
@click.option("--candidate", required=True, metavar="VERSION", shell_complete=complete_models, help="What is judged.")
@click.option("--env", "environment", metavar="NAME", help="Only traces of this environment.")
@click.option(
    "--gate",
    "policy_file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Judge by this policy.",
)
@click.option(
    "--margin",
    metavar="SHARE",
    type=click.FloatRange(0),
    default=0.1,
    show_default=True,
    help="Without --gate: how much worse latency and cost may be, as a share of the baseline's.",
)
@click.option(
    "--rate-margin",
    metavar="SHARE",
    type=click.FloatRange(0),
    default=0.02,
    show_default=True,
    help="Without --gate: how much worse the error rate may be; 0.02 is two points in a hundred.",
)
@click.option("--every", "every_s", default="30s", show_default=True, callback=_seconds, help="From look to look.")
@click.option("--for", "duration_s", default="2h", show_default=True, callback=_seconds, help="When to give up.")
@click.option(
    "--since", metavar="TIME", callback=typed_time, help="Take traces in that started then or later; else from now on."
)
@click.option(
    "--least",
    metavar="NUMBER",
    type=click.IntRange(1),
    default=100,
    show_default=True,
    help="Sessions of each version without which nothing is concluded.",
)
@cluster_option
@source_option
@store_option
@json_option
def watch(source: str | None, store_place: str | None, *, as_json: bool, **asked: Any) -> None:
    """Follow the live traffic of two versions, and say whether the candidate may stay.

    All traffic so far is compared at every look, by intervals that hold however often they are looked at. Without
    --gate the candidate fails as soon as a metric is shown to be worse, and passes when error rate, latency (median and
    95th percentile) and cost are shown to stay within their margins; with it, the policy decides. Both versions are
    names, ids, aliases (`app@champion`), or a beginning of a name or an id. A terminal shows a table that follows, any
    other output a line for each look.

    Exits with 0 (pass), 1 (fail) or 2 (inconclusive: the time is up, or Ctrl-C); with 64 where it could not be done.

    \b
    Examples:
      verspan watch --baseline agent-v1 --candidate agent-v2 --env production
      verspan watch --baseline app@champion --candidate agent-v2 --gate policy.toml --for 4h --every 1m
      verspan watch --baseline agent-v1 --candidate agent-v2 --source jaeger://localhost:16686 --json

    \b
    JSON, a line for each look, the last with "ended": true:
      {"number", "time_ns", "time", "traces": [baseline, candidate],
      "comparison": as `verspan compare --json` or null,
      "judgement": {"verdict", "reason", "checks": [{metric, verdict, demand,
      found, reason}]}, "ended"}
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.comparison.installed import check_installed

    check_installed()
    from verspan.watching.clock import SystemClock
    from verspan.watching.looking import looks

    def opens(versions: Sequence[str], window: Window) -> AbstractContextManager[Source]:
        return traffic_source(source, store_place, versions, window)

    raise Exit(_follow(looks(_plan(**asked), opens, SystemClock()), as_json=as_json))


def _plan(  # noqa: PLR0913 - a parameter for each option
    *,
    policy_file: Path | None,
    margin: float,
    rate_margin: float,
    duration_s: float,
    since: int | None,
    cluster_by: str,
    **others: Any,
) -> Plan:
    from verspan.gating.reading import read_policy
    from verspan.sources.model import ClusterBy
    from verspan.watching.judging import Margins, by_policy, without_policy
    from verspan.watching.plan import Plan

    policy = None if policy_file is None else read_policy(policy_file)
    now_ns = time.time_ns()
    return Plan(
        judge=without_policy(Margins(rate_margin, margin)) if policy is None else by_policy(policy),
        since_ns=now_ns if since is None else since,
        until_ns=now_ns + int(duration_s * _NS),
        cluster_by=ClusterBy(cluster_by),
        alpha=0.05 if policy is None else policy.alpha,
        **others,
    )


def _follow(taken: Iterable[Look], *, as_json: bool) -> int:
    """Show looks as they are taken; returns the exit code."""
    from verspan.cli.watch_view import view_for

    last = None
    with view_for(as_json=as_json, live=sys.stdout.isatty() and not os.environ.get("CI")) as view:
        try:
            for last in taken:
                view.show(last)
        except KeyboardInterrupt:
            if last is None:
                return INCONCLUSIVE
            judgement = replace(last.judgement, reason=f"interrupted, and {last.judgement.reason}")
            last = replace(last, judgement=judgement, ended=True)
            view.show(last)
    return INCONCLUSIVE if last is None else _CODES[last.judgement.verdict.value]


_CODES = {"pass": 0, "fail": 1, "inconclusive": INCONCLUSIVE}
