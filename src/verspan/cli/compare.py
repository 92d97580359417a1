"""``verspan compare``."""

from __future__ import annotations

import click
from click.exceptions import Exit

from verspan.cli.compare_view import print_comparison
from verspan.cli.completing import complete_compared, complete_datasets
from verspan.cli.gate_options import GateOptions, exit_code, gate_options, print_verdict, settled, verdict_document
from verspan.cli.options import cluster_option, json_option, source_option, store_option, typed_time
from verspan.cli.sources import traffic_source
from verspan.cli.terminal import print_json

_SHOWN_ROWS = 20


@click.command()
@click.argument("baseline", shell_complete=complete_compared)
@click.argument("candidate", shell_complete=complete_compared)
@click.option("--on", type=click.Choice(["evaluation", "traffic"]), help="By what; else by runs over the same rows.")
@click.option(
    "--dataset", metavar="NAME", shell_complete=complete_datasets, help="Only runs over it: NAME, or NAME@DIGEST."
)
@click.option(
    "--rows",
    "shown_rows",
    metavar="[NUMBER]",
    type=click.IntRange(1),
    is_flag=False,
    flag_value=_SHOWN_ROWS,
    help=f"Show what became of so many rows, the worst first; {_SHOWN_ROWS} where no number is given.",
)
@click.option("--why/--no-why", default=True, show_default=True, help="Say what changed between the two.")
@click.option("--since", metavar="TIME", callback=typed_time, help="Only traces that started then or later.")
@click.option("--until", metavar="TIME", callback=typed_time, help="Only traces that started before then.")
@click.option("--env", "environment", metavar="NAME", help="Only traces of this environment.")
@cluster_option
@click.option("--alpha", type=float, default=0.05, show_default=True, help="How often a difference may be false.")
@source_option
@gate_options
@store_option
@json_option
def compare(  # noqa: PLR0913 - a parameter for each option
    *,
    baseline: str,
    candidate: str,
    on: str | None,
    dataset: str | None,
    shown_rows: int | None,
    why: bool,
    since: int | None,
    until: int | None,
    environment: str | None,
    cluster_by: str,
    alpha: float,
    source: str | None,
    gate: GateOptions,
    store_place: str | None,
    as_json: bool,
) -> None:
    """Say whether CANDIDATE is better than BASELINE, how sure that is, and what changed between them.

    Versions that were evaluated over the same rows are compared by the newest such runs: scores, failures, latency,
    tokens and cost, row by row. Else, or with --on traffic, a time, an environment or a source, it is by their traffic:
    error rate, latency, tokens and cost of traces. Each has an interval and a verdict: better, worse, changed (where
    there is no better), no evidence, or too few. With --until traffic is taken to be complete; without it verdicts hold
    however often you look while it grows, for which there has to be more of it. Both are names or ids of versions, a
    beginning of either that no other version has, or ids of evaluation runs.

    With --gate a policy decides, and the exit code is 0 (pass), 1 (fail) or 2 (inconclusive), and 64 where it could not
    be asked: wrong usage, no such version, a policy that is none. Files are written whatever the verdict is.

    \b
    Examples:
      verspan compare agent-1a2b3c4d agent-5e6f7a8b
      verspan compare agent-v1 agent-v2 --dataset support --rows 10
      verspan compare run-0f3a9c11 run-77aa31d0 --no-why
      verspan compare m-4f1c m-77aa --env production --since 2d
      verspan compare agent-v1 agent-v2 --source jaeger://localhost:16686 --since 2d
      verspan compare agent-v1 agent-v2 --gate policy.toml --markdown comment.md --html report.html
      verspan compare m-4f1c m-77aa --json | jq -r '.metrics[] | [.metric, .direction] | @tsv'

    \b
    JSON: {"baseline", "candidate", "basis", "metrics": [{metric, unit, goal,
      difference: {baseline, candidate, estimate, interval: {low, high},
      confidence, p_value, rows, units, method, effect, enough, sides} or
      null, direction, adjusted_p, note}], "alpha", "correction", "warnings",
      "runs": [as `verspan evaluate --json` has one, twice] or null,
      "rows": [{row_id, verdict, scores: [{metric, goal, baseline,
      candidate}], baseline, candidate: [{trial, trace_id, outputs, failure,
      …}], inputs}] (every row, or as many as --rows says),
      "why": as `verspan diff --json`, or null,
      "gate": {verdict, checks: [{metric, verdict, demand, found, reason}]}
      or null}
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.comparison.asking import basis_of
    from verspan.comparison.question import Question, answered
    from verspan.sources.model import ClusterBy, Window

    question = Question(
        baseline=baseline,
        candidate=candidate,
        on=basis_of(on),
        dataset=dataset,
        window=Window(since, until, environment),
        cluster_by=ClusterBy(cluster_by),
        alpha=gate.alpha_beside(alpha),
        elsewhere=source is not None,
        why=why,
    )
    with traffic_source(source, store_place, question.versions, question.window) as traffic:
        found = answered(question, traffic)
    verdict = settled(found, gate)
    if as_json:
        told = None if found.why is None else {"same": found.why.same, **vars(found.why)}
        document = {"rows": found.rows[:shown_rows], "why": told, "gate": verdict_document(verdict)}
        print_json({**vars(found), **document})
    else:
        print_comparison(found, shown_rows or 0)
        if verdict is not None:
            print_verdict(verdict)
    raise Exit(exit_code(verdict))
