"""Options that several commands have, so that they are spelled and explained once."""

from __future__ import annotations

import time

import click

from verspan.cli.completing import complete_models
from verspan.cli.quantities import parse_time
from verspan.semconv import ENV_STORE
from verspan.versions.identity import checked_name

store_option = click.option(
    "--store",
    "store_place",
    metavar="PATH_OR_URL",
    envvar=ENV_STORE,
    show_envvar=True,
    help="Where versions and traces are kept; else .verspan/verspan.db at the repository's root.",
)
source_option = click.option(
    "--source",
    "source",
    metavar="URL",
    help="Where the traces are, if not in the store: jaeger://HOST:16686, of which the last week is read, or --since.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, as described above.")
experiment_option = click.option("--experiment", "experiment_name", metavar="NAME", help="Only this experiment.")
model_option = click.option(
    "--model",
    "models",
    metavar="NAME_OR_ID",
    multiple=True,
    shell_complete=complete_models,
    help="Only this version: its name, its id, or a beginning that no other has. Repeat it for several.",
)
cluster_option = click.option(
    "--cluster-by",
    type=click.Choice(["session", "user", "nothing"]),
    default="session",
    show_default=True,
    help="What makes traces depend on one another.",
)


def typed_time(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> int | None:
    """An option's callback: the time that somebody typed, in nanoseconds since the epoch.

    Raises:
        click.BadParameter: it is no time; the message says what is understood.
    """
    if value is None:
        return None
    try:
        return parse_time(value, time.time_ns())
    except (ValueError, OverflowError) as error:
        understood = "give one like 2026-11-23, 2026-11-23T08:15:00Z, 30m, 2h or 3d."
        raise click.BadParameter(f"{value!r} is no time: {understood}") from error


def typed_name(_ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """An option's callback: the name of a version or an experiment, as it is used.

    Raises:
        InvalidArgumentError: the name is empty, too long or has control characters.
    """
    return None if value is None else checked_name(value, f"{parameter.name} name")
