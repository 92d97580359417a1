"""``verspan trends``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verspan.cli.listing import Column
from verspan.cli.opening import required_store
from verspan.cli.options import experiment_option, json_option, model_option, store_option, typed_time
from verspan.cli.terminal import hint, print_json, print_table

if TYPE_CHECKING:
    from verspan.trends.model import Trend


@click.command()
@click.argument("metric")
@click.option("--by", type=click.Choice(["version", "time"]), default="version", show_default=True, help="Points.")
@click.option(
    "--stretch",
    type=click.Choice(["hour", "day", "week"]),
    default="day",
    show_default=True,
    help="By time: how long a point is, in UTC.",
)
@click.option("--since", metavar="TIME", callback=typed_time, help="Only what started, or was said, then or later.")
@click.option("--until", metavar="TIME", callback=typed_time, help="Only what did before then.")
@click.option("--env", "environment", metavar="NAME", help="Only traces of this environment.")
@model_option
@experiment_option
@click.option(
    "--limit", metavar="NUMBER", type=click.IntRange(1), default=20, show_default=True, help="Points: the newest ones."
)
@click.option("--html", "page", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Draw it there.")
@store_option
@json_option
def trends(  # noqa: PLR0913 - a parameter for each option
    *,
    metric: str,
    by: str,
    stretch: str,
    since: int | None,
    until: int | None,
    environment: str | None,
    models: Sequence[str],
    experiment_name: str | None,
    limit: int,
    page: Path | None,
    store_place: str | None,
    as_json: bool,
) -> None:
    """Show METRIC over versions, in the order of their creation, or over time, with what was deployed.

    METRIC is one of traces (`error rate`, `latency p50`, `latency p95`, `latency p99`, `input tokens`, `output tokens`,
    `cost`), for which every trace is read; one of model calls (`calls`, `call error rate`, `call latency p50`,
    `call latency p95`, `call input tokens`, `call output tokens`, `call cost`), which the store keeps sums of; or the
    name of a feedback, such as `correctness`. A dot is the value, the line through it where it may lie.

    \b
    Examples:
      verspan trends "latency p95"
      verspan trends "error rate" --by time --stretch hour --since 2d --env production
      verspan trends correctness --html correctness.html
      verspan trends cost --json | jq -r '.points[] | [.label, .value, .rows] | @csv'

    \b
    JSON: {"metric", "unit", "goal", "by", "points": [{label, value,
      interval: {low, high} or null, rows, start_ns, start_time, end_ns,
      end_time, model_id, deployments: [{environment, model_name,
      start_timestamp, …}]}], "confidence", "read", "notes"}
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.comparison.installed import check_installed

    check_installed()
    from verspan.sources.model import Window
    from verspan.trends.model import By
    from verspan.trends.pointing import trend_of
    from verspan.trends.question import TrendQuery
    from verspan.trends.stretches import Stretch

    window = Window(since, until, environment)
    asked = TrendQuery(metric, By(by), Stretch(stretch), window, models, experiment_name, limit)
    with required_store(store_place) as store:
        found = trend_of(store, asked)
    if page is not None:
        from verspan.trends.page import page_of

        page.write_text(page_of(found), encoding="utf-8")
        hint(f"drawn in {page}")
    print_json(found) if as_json else _print(found)


def _print(found: Trend) -> None:
    from verspan.trends.words import footnotes, lines

    shown = lines(found)
    if shown:
        print_table(
            [
                Column(found.by.value, [line.label for line in shown], least=12, keeps_end=True),
                Column(found.metric, [line.value for line in shown], right=True),
                Column("interval", [line.interval for line in shown], rank=2),
                Column("", [line.picture for line in shown], rank=1),
                Column("rows", [line.rows for line in shown], right=True, rank=3),
                Column("deployed", [line.deployments for line in shown], least=16, rank=4),
            ]
        )
    for note in footnotes(found) if shown else ["nothing was seen of that yet"]:
        hint(note)
