"""``verspan models`` and ``verspan models show``."""

from __future__ import annotations

import shlex

import click

from verspan.cli.completing import complete_models
from verspan.cli.opening import START_HERE, nothing_recorded, opened_store, required_store
from verspan.cli.options import experiment_option, json_option, store_option
from verspan.cli.resolve import resolve_model
from verspan.cli.terminal import hint, print_json, print_rich, print_table, stdout_console
from verspan.cli.version_view import version_columns, version_details
from verspan.store.interface import ModelQuery
from verspan.traces.model import Figures

_SHOWN = 50


@click.group(invoke_without_command=True)
@store_option
@experiment_option
@click.option("--limit", type=click.IntRange(min=1), default=_SHOWN, show_default=True, help="How many, newest first.")
@json_option
@click.pass_context
def models(
    ctx: click.Context, *, store_place: str | None, experiment_name: str | None, limit: int, as_json: bool
) -> None:
    """List the versions of your application, newest first, and what their model calls came to.

    Calls, errors and latency (p50, p95) are those of model calls, cost is in US dollars; ≥ means that the price of
    some calls is not known. A narrow window shows fewer columns, a pipe shows all.

    \b
    Examples:
      verspan models
      verspan models --experiment my-genai-app --limit 10
      verspan models --json | jq -r '.models[].name'
      verspan models show customer_support_agent-1a2b3c4d

    \b
    JSON: {"models": [{"model": {model_id, name, experiment_name, status,
      creation_timestamp (ms), creation_time (ISO), git {commit, branch,
      remote_url, dirty}, params, tags, …}, "figures": {traces, calls, errors,
      input_tokens, output_tokens, cost_usd, unpriced_calls, p50_ms, p95_ms,
      first_seen_ns, first_seen_time, …}}], "more": true or false}
    """  # noqa: D301 - \b tells click to keep the lines below it
    if ctx.invoked_subcommand is None:
        _list(store_place, experiment_name, limit, as_json=as_json)


@models.command()
@click.argument("name_or_id", shell_complete=complete_models)
@store_option
@experiment_option
@json_option
def show(*, name_or_id: str, store_place: str | None, experiment_name: str | None, as_json: bool) -> None:
    """Show everything that is recorded of one version.

    NAME_OR_ID is a version's name, its id, or a beginning of either that no other version has.

    \b
    Examples:
      verspan models show customer_support_agent-1a2b3c4d
      verspan models show m-4f1c
      verspan models show m-4f1c --json | jq .figures.cost_usd

    \b
    JSON: {"model": {…}, "figures": {…}}, each as `verspan models --json` has it.
    """  # noqa: D301 - \b tells click to keep the lines below it
    with required_store(store_place) as store:
        model = resolve_model(store, name_or_id, experiment_name)
        figures = store.figures([model.model_id]).get(model.model_id, Figures(model.model_id))
    if as_json:
        print_json({"model": model, "figures": figures})
        return
    print_rich(stdout_console(), version_details(model, figures))
    hint(f"\nits traces: verspan traces --model {shlex.quote(model.name)}")


def _list(store_place: str | None, experiment_name: str | None, limit: int, *, as_json: bool) -> None:
    with opened_store(store_place) as store:
        found = store.find_models(ModelQuery(experiment_name=experiment_name, limit=limit + 1)) if store else []
        listed = found[:limit]
        kept = store.figures([model.model_id for model in listed]) if store else {}
    figures = [kept.get(model.model_id, Figures(model.model_id)) for model in listed]
    more = len(found) > limit
    if as_json:
        rows = [{"model": model, "figures": figure} for model, figure in zip(listed, figures, strict=True)]
        print_json({"models": rows, "more": more})
    elif listed:
        print_table(version_columns(listed, figures))
    if more:
        hint(f"there are more: --limit {limit * 4}")
    if not listed:
        hint(_nothing(experiment_name) if store else nothing_recorded(store_place))


def _nothing(experiment_name: str | None) -> str:
    if experiment_name:
        return f"no version in experiment {experiment_name!r}: `verspan models` lists those of every experiment"
    return f"no version yet: {START_HERE}"
