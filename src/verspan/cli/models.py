"""``verspan models`` and ``verspan models show``; those that change a record are in modules beside this one."""

from __future__ import annotations

import shlex

import click

from verspan.cli.completing import complete_models
from verspan.cli.lazy import LazyCommand, LazyGroup
from verspan.cli.opening import START_HERE, nothing_recorded, opened_store, required_store
from verspan.cli.options import experiment_option, json_option, store_option
from verspan.cli.resolve import resolve_model
from verspan.cli.terminal import hint, print_json, print_rich, print_table, stdout_console
from verspan.cli.version_view import version_columns, version_details
from verspan.traces.model import Figures
from verspan.versions.search.grammar import parse_filter
from verspan.versions.search.model import ModelPage, ModelSearch
from verspan.versions.search.ordering import parse_order

_SHOWN = 50
_CHANGING = "verspan.cli.models_changing"
_WRITING = "verspan.cli.models_writing"
SUBCOMMANDS = {
    "show": LazyCommand("verspan.cli.models:show", "Show everything that is recorded of one version."),
    "tag": LazyCommand(f"{_WRITING}:tag", "Give a version tags."),
    "untag": LazyCommand(f"{_WRITING}:untag", "Take tags of a version away."),
    "params": LazyCommand(f"{_WRITING}:params", "Show a version's parameters, or add some."),
    "metrics": LazyCommand(f"{_WRITING}:metrics", "Show a version's metrics, or add measurements."),
    "note": LazyCommand(f"{_CHANGING}:note", "Write a note on a version."),
    "alias": LazyCommand(f"{_CHANGING}:alias", "Let a name such as champion stand for a version."),
    "aliases": LazyCommand(f"{_CHANGING}:aliases", "Show where aliases have been, and who moved them."),
    "link": LazyCommand(f"{_CHANGING}:link", "Say what a version was made from, or is compared with."),
    "delete": LazyCommand(f"{_CHANGING}:delete", "Hide a version from lists; it can be restored."),
    "restore": LazyCommand(f"{_CHANGING}:restore", "Show a deleted version again."),
}


@click.group(cls=LazyGroup, sections={"Commands": SUBCOMMANDS}, invoke_without_command=True)
@store_option
@experiment_option
@click.option("--filter", "filter_text", metavar="TEXT", help="Only versions of which this is true, see above.")
@click.option("--order-by", "order_by", metavar="FIELD [DESC]", multiple=True, help="Repeat it for several fields.")
@click.option("--limit", type=click.IntRange(min=1), default=_SHOWN, show_default=True, help="How many, newest first.")
@click.option("--page-token", metavar="TOKEN", help="Go on where an earlier list ended, as its JSON says.")
@click.option("--all", "include_deleted", is_flag=True, help="Deleted versions too.")
@json_option
@click.pass_context
def models(  # noqa: PLR0913 - a parameter for each option
    ctx: click.Context,
    *,
    store_place: str | None,
    experiment_name: str | None,
    filter_text: str | None,
    order_by: tuple[str, ...],
    limit: int,
    page_token: str | None,
    include_deleted: bool,
    as_json: bool,
) -> None:
    """List the versions of your application, newest first, and what their model calls came to.

    Calls, errors and latency (p50, p95) are those of model calls, cost is in US dollars; ≥ means that the price of
    some calls is not known. A narrow window shows fewer columns, a pipe shows all.

    A filter compares name, status, creation_timestamp and other attributes, aliases, params.NAME, tags.NAME and
    metrics.NAME with =, !=, <, >, LIKE, ILIKE and IN, joined with AND, OR, NOT and parentheses.

    \b
    Examples:
      verspan models
      verspan models --experiment my-genai-app --limit 10
      verspan models --filter "name LIKE 'support%' AND metrics.quality > 0.8"
      verspan models --filter "tags.team = 'search'" --order-by "metrics.quality DESC"
      verspan models --json | jq -r '.models[].name'
      verspan models show customer_support_agent-1a2b3c4d

    \b
    JSON: {"models": [{"model": {model_id, name, experiment_name, status,
      creation_timestamp (ms), creation_time (ISO), git {commit, branch,
      remote_url, dirty}, params, tags, metrics, aliases, note, …}, "figures":
      {traces, calls, errors, input_tokens, output_tokens, cost_usd,
      unpriced_calls, p50_ms, p95_ms, first_seen_ns, first_seen_time, …}}],
      "more": true or false, "next_page_token": for --page-token, or null}
    """  # noqa: D301 - \b tells click to keep the lines below it
    if ctx.invoked_subcommand is None:
        search = ModelSearch(
            experiment_names=(experiment_name,) if experiment_name else (),
            where=None if filter_text is None else parse_filter(filter_text),
            order_by=parse_order(order_by),
            limit=limit,
            page_token=page_token,
            include_deleted=include_deleted,
        )
        _list(store_place, search, as_json=as_json)


@click.command()
@click.argument("name_or_id", shell_complete=complete_models)
@store_option
@experiment_option
@json_option
def show(*, name_or_id: str, store_place: str | None, experiment_name: str | None, as_json: bool) -> None:
    """Show everything that is recorded of one version.

    NAME_OR_ID is a version's name, its id, a beginning of either that no other version has, or an alias as in
    my-genai-app@champion.

    \b
    Examples:
      verspan models show customer_support_agent-1a2b3c4d
      verspan models show m-4f1c
      verspan models show my-genai-app@champion
      verspan models show m-4f1c --json | jq .figures.cost_usd

    \b
    JSON: {"model": {…}, "figures": {…}, "prompts": [{name, version, …}],
      "captures": [{capture_id, fingerprint, first_seen_timestamp, …}]}, the first two
      as `verspan models --json` has them.
    """  # noqa: D301 - \b tells click to keep the lines below it
    with required_store(store_place) as store:
        model = resolve_model(store, name_or_id, experiment_name)
        figures = store.figures([model.model_id]).get(model.model_id, Figures(model.model_id))
        prompts, captures = store.prompts.used_by(model.model_id), store.captures.of(model.model_id)
    if as_json:
        print_json({"model": model, "figures": figures, "prompts": prompts, "captures": captures})
        return
    print_rich(stdout_console(), version_details(model, figures, prompts, captures))
    name = shlex.quote(model.name)
    hint(f"\nits traces: verspan traces --model {name}")
    hint(f"what has changed since: verspan diff {name} .")


def _list(store_place: str | None, search: ModelSearch, *, as_json: bool) -> None:
    with opened_store(store_place) as store:
        page = store.models.search(search) if store else ModelPage([])
        kept = store.figures([model.model_id for model in page.models]) if store else {}
    figures = [kept.get(model.model_id, Figures(model.model_id)) for model in page.models]
    more = page.next_page_token is not None
    if as_json:
        rows = [{"model": model, "figures": figure} for model, figure in zip(page.models, figures, strict=True)]
        print_json({"models": rows, "more": more, "next_page_token": page.next_page_token})
    elif page.models:
        print_table(version_columns(page.models, figures))
    if more:
        hint(f"there are more: --limit {search.limit * 4}")
    if not page.models:
        hint(_nothing(search) if store else nothing_recorded(store_place))


def _nothing(search: ModelSearch) -> str:
    if search.where is not None:
        return "no version matches the filter: `verspan models` lists all"
    if search.experiment_names:
        return (
            f"no version in experiment {search.experiment_names[0]!r}: `verspan models` lists those of every experiment"
        )
    return f"no version yet: {START_HERE}"
