"""``verspan live`` and ``verspan deployments``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from verspan.cli.deployment_options import at_option, one_environment_option
from verspan.cli.deployment_view import (
    contradiction_columns,
    deployment_columns,
    live_columns,
    presence_columns,
    share_columns,
)
from verspan.cli.opening import nothing_recorded, opened_store
from verspan.cli.options import json_option, store_option
from verspan.cli.terminal import hint, print_json, print_table
from verspan.deployments.model import Contradiction, History, Live

if TYPE_CHECKING:
    from verspan.sources.model import Window

_HOURS_OF_A_DAY = 24
_NS_PER_MS = 1_000_000
_WORDS = ("ledger", "traffic")
_NO_ENVIRONMENT = (
    "spans without an environment are told of as (none): say where an application runs with"
    " OTEL_RESOURCE_ATTRIBUTES=deployment.environment.name=production"
)


def _typed_source(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is None or value in _WORDS or "://" in value:
        return value
    raise click.BadParameter(f"{value!r} is none of ledger, traffic, or a place such as jaeger://localhost:16686.")


@click.command()
@at_option
@one_environment_option
@click.option(
    "--source",
    metavar="ledger|traffic|URL",
    callback=_typed_source,
    shell_complete=lambda _ctx, _parameter, begun: [word for word in _WORDS if word.startswith(begun)],
    help="Go by one alone; or by the ledger, and by the traffic that a Jaeger has: jaeger://HOST:16686.",
)
@store_option
@json_option
@click.pass_context
def live(  # noqa: PLR0913 - a parameter for each option
    ctx: click.Context,
    *,
    at: int | None,
    environment: str | None,
    source: str | None,
    store_place: str | None,
    as_json: bool,
) -> None:
    """Say which version was live at a moment in each environment, and what speaks for it.

    The ledger of `verspan deploy` comes first; beside it stand versions that were seen in traffic both before and after
    the moment, and where the ledger has nothing, the one that was last seen. Traffic of a Jaeger is that of the week
    before the moment, and of what came after it. Exits with 1 where nothing was live.

    \b
    Examples:
      verspan live
      verspan live --at 2026-11-01T12:00Z --env production
      verspan live --source jaeger://localhost:16686 --env production
      verspan live --at 2d --json | jq -r '.live[].versions[0].model_name'

    \b
    JSON: {"live": [{environment, timestamp (ms), time (ISO), versions:
      [{model_id, model_name, deployment {…} or null, last_seen_ns,
      last_seen_time, next_seen_ns, next_seen_time, share (of the calls of
      that hour)}], contradictions: [{kind, environment, model_id,
      model_name, start_ns, start_time, end_ns, end_time, what}]}]}
    """  # noqa: D301 - \b tells click to keep the lines below it
    found = _live(at, environment, source, store_place)
    answered = [each for each in found or () if each.versions]
    if as_json:
        print_json({"live": found or []})
    elif answered:
        print_table(live_columns(answered))
        _say_contradictions([contradiction for each in found or () for contradiction in each.contradictions])
    if not answered:
        hint("nothing is known to have been live then" if found is not None else nothing_recorded(store_place))
    elif any(not each.environment for each in answered):
        hint(_NO_ENVIRONMENT)
    ctx.exit(0 if answered else 1)


def _live(at: int | None, environment: str | None, source: str | None, store_place: str | None) -> list[Live] | None:
    """What was live; None where nothing has been recorded that could tell."""
    from verspan.deployments.api import live_versions

    with opened_store(store_place) as store:
        ledger = store.deployments if store and source != "traffic" else None
        if source is not None and source not in _WORDS:
            from verspan.sources.opening import fetched

            with fetched(source, (), _window(at)) as elsewhere:
                return live_versions(ledger, elsewhere.store.deployments, at, environment)
        if store is None:
            return None
        return live_versions(ledger, store.deployments if source != "ledger" else None, at, environment)


def _window(at: int | None) -> Window:
    """The traffic that tells what was live at a moment, in milliseconds since the epoch."""
    from verspan.sources.jaeger import LOOK_BACK_S
    from verspan.sources.model import Window

    return Window() if at is None else Window(since_ns=(at - LOOK_BACK_S * 1_000) * _NS_PER_MS)


@click.command()
@one_environment_option
@click.option("--shares", is_flag=True, help="Show each version's share of the calls, stretch by stretch, instead.")
@click.option(
    "--hours",
    metavar="NUMBER",
    type=click.IntRange(min=1),
    default=_HOURS_OF_A_DAY,
    show_default=True,
    help="How long a stretch of --shares is.",
)
@store_option
@json_option
def deployments(*, environment: str | None, shares: bool, hours: int, store_place: str | None, as_json: bool) -> None:
    """List what was live when by the ledger, what traffic shows of each version, and where the two disagree.

    A version is adopted while it has a tenth of an environment's calls or more, and replaced or rolled back after that.
    Traffic is kept by the hour; days are those of UTC.

    \b
    Examples:
      verspan deployments
      verspan deployments --env production --shares
      verspan deployments --json | jq '.contradictions[].what'

    \b
    JSON: {"deployments": [as `verspan deploy --json`], "presences":
      [{environment, model_id, model_name, first_seen_ns, last_seen_ns,
      spans, calls, share, adoption, adopted_ns, replaced_ns, …}],
      "shares": [{environment, start_ns, model_id, model_name, spans, calls,
      share, …}], "contradictions": [as `verspan live --json`]}
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.deployments.api import history

    with opened_store(store_place) as store:
        found = history(store.deployments, environment, hours) if store else History((), (), (), ())
    if as_json:
        print_json(found)
    elif shares:
        if found.shares:
            print_table(share_columns(found.shares))
    else:
        _print_history(found)
    if not found.deployments and not found.presences:
        hint(
            "nothing was deployed or seen yet: verspan deploy VERSION --env NAME"
            if store
            else nothing_recorded(store_place)
        )


def _print_history(found: History) -> None:
    if found.deployments:
        print_table(deployment_columns(found.deployments))
    if found.deployments and found.presences:
        click.echo()
    if found.presences:
        print_table(presence_columns(found.presences))
    _say_contradictions(found.contradictions)


def _say_contradictions(found: Sequence[Contradiction]) -> None:
    if found:
        click.echo("\nThe ledger and the traffic disagree:")
        print_table(contradiction_columns(found))
