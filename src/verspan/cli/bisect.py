"""``verspan bisect``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from verspan.cli.completing import complete_models
from verspan.cli.failures import NEGATIVE
from verspan.cli.options import json_option, store_option
from verspan.cli.terminal import hint, one_line, print_json
from verspan.semconv import ENV_STORE
from verspan.settings import store_url

if TYPE_CHECKING:
    from verspan.bisecting.model import Bisection, Commit, Probe

_STYLES = {"good": "green", "bad": "red", "skipped": "yellow"}


@click.command()
@click.option("--metric", required=True, metavar="NAME", help="The score that became worse.")
@click.option("--good", required=True, metavar="VERSION", shell_complete=complete_models, help="Or a git revision.")
@click.option("--bad", required=True, metavar="VERSION", shell_complete=complete_models, help="Or a git revision.")
@click.option("--data", required=True, metavar="FILE_OR_NAME", help="A file of JSON lines, or NAME[@DIGEST].")
@click.option("--run", "function", required=True, metavar="MODULE:FUNCTION", help="What answers, in every commit.")
@click.option(
    "--scorer",
    "scorers",
    required=True,
    multiple=True,
    metavar="MODULE:NAME",
    help="What judges: of this folder as it is now, so that all commits are judged alike. NAME: built in.",
)
@click.option("--setup", metavar="COMMAND", help="Run in each checkout before, such as 'pip install -e .'.")
@click.option("--path", metavar="SUBDIR", help="The folder of the repository to run in; else where you are in it.")
@click.option("--trials", type=click.IntRange(1), default=1, show_default=True, help="How often each row is answered.")
@click.option("--most-trials", type=click.IntRange(1), default=8, show_default=True, help="Where that is not clear.")
@click.option("--alpha", type=float, default=0.05, show_default=True, help="How often the answer may be wrong.")
@click.option("--budget-usd", type=float, metavar="USD", help="What all of it may cost.")
@click.option("--budget-tokens", type=int, metavar="NUMBER", help="How many tokens all of it may take.")
@click.option("--concurrency", type=click.IntRange(1), default=8, show_default=True, help="Rows at a time.")
@click.option("--timeout", "timeout_s", type=float, metavar="SECONDS", help="How long one call may take.")
@click.option("--dry-run", is_flag=True, help="Say what there is to do, and evaluate nothing.")
@store_option
@json_option
def bisect(  # noqa: PLR0913 - a parameter for each option
    *,
    metric: str,
    good: str,
    bad: str,
    data: str,
    function: str,
    scorers: Sequence[str],
    setup: str | None,
    path: str | None,
    trials: int,
    most_trials: int,
    alpha: float,
    budget_usd: float | None,
    budget_tokens: int | None,
    concurrency: int,
    timeout_s: float | None,
    dry_run: bool,
    store_place: str | None,
    as_json: bool,
) -> None:
    """Find the commit between a good and a bad version that made a metric worse.

    Commits are evaluated in checkouts of their own, in a temporary folder: your tree, index and HEAD stay as they are.
    Evaluations that are recorded are not paid for again. A commit whose rows do not say clearly which side it belongs
    to is asked again, each time twice as often. One that cannot be evaluated is skipped. What has been found when you
    press Ctrl-C is kept, and the same command goes on from there.

    Exits with 0 where one commit was found (or with --dry-run), with 1 where it is one of several, where the bad
    version is not shown to be worse, where the budget was spent before, or where an end cannot be evaluated, and with
    2 where the command cannot be understood.

    \b
    Examples:
      verspan bisect --metric correctness --good agent-1a2b --bad agent-9f8e
        --data support --run app:answer --scorer app:correctness
      verspan bisect --metric ExactMatch --good v1.4 --bad HEAD --data rows.jsonl
        --run app:answer --scorer ExactMatch --budget-usd 5 --dry-run

    \b
    JSON: {"metric", "goal", "outcome": found, range, no difference, stopped or planned,
      "good", "bad", "suspects": [{commit, subject, author, date}], "probes": [{commit,
      belongs: good, bad or skipped, model_id, version, run_id, recorded, trials,
      from_good, from_bad: {baseline, candidate, estimate, interval, …} or null,
      p_worse, p_better, spent, reason}], "alpha", "expected_probes", "spent",
      "recorded": [commit], "step": {difference, stat, why} or null, "warnings",
      "stopped_by"}
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.bisecting.api import bisect as bisected
    from verspan.bisecting.model import Outcome

    if store_place is not None:
        os.environ[ENV_STORE] = store_url(store_place)
    found = bisected(
        metric,
        good,
        bad,
        data,
        function,
        scorers=scorers,
        setup=setup,
        trials=trials,
        most_trials=most_trials,
        alpha=alpha,
        budget_usd=budget_usd,
        budget_tokens=budget_tokens,
        concurrency=concurrency,
        timeout_s=timeout_s,
        path=path,
        dry_run=dry_run,
        watcher=_Lines(),
    )
    print_json(found) if as_json else _print(found)
    if found.outcome not in (Outcome.FOUND, Outcome.PLANNED):
        raise Exit(NEGATIVE)


class _Lines:
    """A line on stderr for each commit; in a terminal also what is under way."""

    def __init__(self) -> None:
        self._watched = sys.stderr.isatty()

    def begins(self, commit: Commit, trials: int) -> None:
        from verspan.bisecting.words import short

        if self._watched:
            times = "once" if trials == 1 else f"{trials} times"
            click.echo(f"\r\033[K{one_line(f'evaluating {short(commit)}, each row {times}')}", err=True, nl=False)

    def ends(self, probe: Probe) -> None:
        from verspan.bisecting.words import line

        if self._watched:
            click.echo("\r\033[K", err=True, nl=False)
        click.secho(one_line(line(probe)), err=True, fg=_STYLES[probe.belongs.value])


def _print(found: Bisection) -> None:
    from verspan.bisecting.words import told

    for each in told(found):
        click.echo(one_line(each))
    if found.step is not None and found.step.why is not None:
        why = found.step.why
        hint(f"what changed: verspan diff {why.before.label} {why.after.label}")
