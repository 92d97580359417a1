"""``verspan compare``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from verspan.cli.completing import complete_models
from verspan.cli.listing import Column
from verspan.cli.options import json_option, source_option, store_option, typed_time
from verspan.cli.sources import traffic_source
from verspan.cli.terminal import hint, print_json, print_table

if TYPE_CHECKING:
    from verspan.comparison.model import Comparison

_STYLES = {"better": "green", "worse": "red", "changed": "yellow"}


@click.command()
@click.argument("baseline", shell_complete=complete_models)
@click.argument("candidate", shell_complete=complete_models)
@click.option("--since", metavar="TIME", callback=typed_time, help="Only traces that started then or later.")
@click.option("--until", metavar="TIME", callback=typed_time, help="Only traces that started before then.")
@click.option("--env", "environment", metavar="NAME", help="Only traces of this environment.")
@click.option(
    "--cluster-by",
    type=click.Choice(["session", "user", "nothing"]),
    default="session",
    show_default=True,
    help="What makes traces depend on one another.",
)
@click.option("--alpha", type=float, default=0.05, show_default=True, help="How often a difference may be false.")
@source_option
@store_option
@json_option
def compare(  # noqa: PLR0913 - a parameter for each option
    *,
    baseline: str,
    candidate: str,
    since: int | None,
    until: int | None,
    environment: str | None,
    cluster_by: str,
    alpha: float,
    source: str | None,
    store_place: str | None,
    as_json: bool,
) -> None:
    """Say whether CANDIDATE is better than BASELINE, by the traffic of both, and how sure that is.

    Error rate, latency, tokens and cost of traces are compared, each with an interval and a verdict: better, worse,
    changed (where there is no better), no evidence, or too few. With --until the traffic is taken to be complete;
    without it verdicts hold however often you look while it grows, for which there has to be more of it. Both are
    names, ids, or a beginning of either that no other version has.

    \b
    Examples:
      verspan compare agent-1a2b3c4d agent-5e6f7a8b
      verspan compare m-4f1c m-77aa --env production --since 2d
      verspan compare agent-v1 agent-v2 --source jaeger://localhost:16686 --since 2d
      verspan compare m-4f1c m-77aa --json | jq -r '.metrics[] | [.metric, .direction] | @tsv'

    \b
    JSON: {"baseline", "candidate", "metrics": [{metric, unit, goal,
      difference: {baseline, candidate, estimate, interval: {low, high},
      confidence, p_value, rows, units, method, effect, enough} or null,
      direction, adjusted_p, note}], "alpha", "correction", "warnings"}
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.comparison.asking import compare_traffic
    from verspan.sources.model import ClusterBy, Window

    window, versions = Window(since, until, environment), (baseline, candidate)
    with traffic_source(source, store_place, versions, window) as traffic:
        found = compare_traffic(traffic, versions, window, ClusterBy(cluster_by), alpha)
    if as_json:
        print_json(found)
    else:
        _print(found)


def _print(found: Comparison) -> None:
    from verspan.comparison.words import footnotes, lines

    shown = lines(found)
    styles = [_STYLES.get(line.verdict, "dim") for line in shown]
    print_table(
        [
            Column("", [line.metric for line in shown]),
            Column(found.baseline, [line.baseline for line in shown], right=True, least=12, keeps_end=True),
            Column(found.candidate, [line.candidate for line in shown], right=True, least=12, keeps_end=True),
            Column("difference", [line.difference for line in shown], right=True),
            Column("interval", [line.interval for line in shown], rank=1),
            Column("rows", [line.rows for line in shown], rank=2),
            Column("verdict", [line.verdict for line in shown], styles=styles),
        ]
    )
    for note in footnotes(found):
        hint(note)
