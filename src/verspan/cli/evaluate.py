"""``verspan evaluate``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from verspan.cli.completing import complete_models
from verspan.cli.failures import NEGATIVE
from verspan.cli.listing import Column
from verspan.cli.options import json_option, store_option
from verspan.cli.terminal import hint, one_line, print_json, print_table
from verspan.semconv import ENV_STORE
from verspan.settings import store_url

if TYPE_CHECKING:
    from verspan.evaluation.model import Aggregate
    from verspan.evaluation.result import EvaluationResult

_SHOWN_FAILURES = 5


@click.command()
@click.argument("function", metavar="[MODULE:FUNCTION]", required=False)
@click.option(
    "--data", required=True, metavar="FILE_OR_NAME", help="A file of JSON lines, or NAME[@DIGEST] of a dataset."
)
@click.option(
    "--scorer",
    "scorers",
    metavar="MODULE:NAME",
    multiple=True,
    help="What judges; repeat it for several. NAME: built in.",
)
@click.option("--model", metavar="NAME_OR_ID", shell_complete=complete_models, help="The version; else the active one.")
@click.option("--name", metavar="TEXT", help="What to call the run; else the function's name.")
@click.option("--trials", type=click.IntRange(1), default=1, show_default=True, help="How often each row is answered.")
@click.option("--concurrency", type=click.IntRange(1), default=8, show_default=True, help="Rows at a time.")
@click.option("--timeout", "timeout_s", type=float, metavar="SECONDS", help="How long one call may take.")
@click.option("--retries", type=click.IntRange(0), default=2, show_default=True, help="Of calls that may yet succeed.")
@click.option("--rate-limit", type=float, metavar="NUMBER", help="How many calls may begin in a second.")
@click.option("--budget-usd", type=float, metavar="USD", help="What the whole run may cost.")
@click.option("--budget-tokens", type=int, metavar="NUMBER", help="How many tokens the whole run may take.")
@click.option("--resume/--no-resume", default=True, show_default=True, help="Go on with a run that has ended early.")
@click.option("--cache", is_flag=True, help="Score answers of earlier runs of this function and version anew.")
@store_option
@json_option
def evaluate(  # noqa: PLR0913 - a parameter for each option
    *,
    function: str | None,
    data: str,
    scorers: Sequence[str],
    model: str | None,
    name: str | None,
    trials: int,
    concurrency: int,
    timeout_s: float | None,
    retries: int,
    rate_limit: float | None,
    budget_usd: float | None,
    budget_tokens: int | None,
    resume: bool,
    cache: bool,
    store_place: str | None,
    as_json: bool,
) -> None:
    """Answer the rows of a dataset by a version, score the answers, and keep both.

    MODULE:FUNCTION is given each row's inputs as keyword arguments; it may be a coroutine function. Without it the
    answers that rows have already are scored. A line of a file is a JSON object with "inputs" and perhaps
    "expectations", "outputs", "tags" and "row_id". A run that has ended early goes on where it is asked for again.

    Exits with 1 where a row or a score failed, or where a budget ended it.

    \b
    Examples:
      verspan evaluate app:answer --data rows.jsonl --scorer app:polite --model support-v2
      verspan evaluate app:answer --data support --scorer ExactMatch --trials 3 --budget-usd 2
      verspan evaluate --data answers.jsonl --scorer app:polite --json | jq '.metrics[] | {name, value}'

    \b
    JSON: {"run": {run_id, name, model_id, dataset_name, dataset_digest, status, stopped_by, …},
      "metrics": [{name, value, count, failures, skipped, interval}],
      "failures": [{row_id, trial, trace_id, failure, …}],
      "spent": {calls, input_tokens, output_tokens, cost_usd, unpriced_calls}, "judging": likewise}
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.cli.evaluate_loading import load_function, load_rows, load_scorer
    from verspan.evaluation.running import evaluate as evaluated

    if store_place is not None:
        os.environ[ENV_STORE] = store_url(store_place)
    result = evaluated(
        load_rows(data, store_place),
        None if function is None else load_function(function),
        [load_scorer(each) for each in scorers],
        model,
        name=name,
        concurrency=concurrency,
        trials=trials,
        timeout_s=timeout_s,
        retries=retries,
        rate_limit=rate_limit,
        budget_usd=budget_usd,
        budget_tokens=budget_tokens,
        resume=resume,
        cache=cache,
    )
    _print_json(result) if as_json else _print(result)
    if result.failures or result.run.stopped_by or any(each.failures for each in result.aggregates):
        raise Exit(NEGATIVE)


def _print_json(result: EvaluationResult) -> None:
    print_json(
        {
            "run": result.run,
            "metrics": result.aggregates,
            "failures": result.failures,
            "spent": result.spent,
            "judging": result.judging,
        }
    )


def _interval(metric: Aggregate) -> str:
    return "" if metric.interval is None else "{:.3g} to {:.3g}".format(*metric.interval)


def _print(result: EvaluationResult) -> None:
    found = result.aggregates
    if found:
        print_table(
            [
                Column("metric", [each.name for each in found]),
                Column("value", ["-" if each.value is None else f"{each.value:.4g}" for each in found], right=True),
                *(
                    [Column("95 %", [_interval(each) for each in found])]
                    if any(each.interval for each in found)
                    else []
                ),
                Column("rows", [str(each.count) for each in found], right=True),
                Column("failed", [str(each.failures) for each in found], right=True),
            ]
        )
    head, *more = str(result).splitlines()
    hint(head)
    for line in more[len(found) :]:
        hint(line.strip())
    for row in result.failures[:_SHOWN_FAILURES]:
        if row.failure is not None:
            hint(one_line(f"{row.row_id} failed: {row.failure.error_type}: {row.failure.message or ''}"))
