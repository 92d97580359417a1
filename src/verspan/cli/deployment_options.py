"""Options that the commands about deployments have in common."""

from __future__ import annotations

import click

from verspan.cli.options import typed_time
from verspan.deployments.moments import check_once

_NS_PER_MS = 1_000_000


def typed_moment(ctx: click.Context, parameter: click.Parameter, value: str | None) -> int | None:
    """An option's callback: the moment that somebody typed, in milliseconds since the epoch.

    Raises:
        click.BadParameter: it is no time.
        InvalidArgumentError: local clocks show it twice or never.
    """
    if value is None:
        return None
    check_once(value)
    time_ns = typed_time(ctx, parameter, value)
    return None if time_ns is None else time_ns // _NS_PER_MS


at_option = click.option(
    "--at",
    metavar="TIME",
    callback=typed_moment,
    help="When: ISO 8601 (local where it names no zone), or how long ago, as 2h or 3d; else now.",
)
environment_option = click.option(
    "--env", "environment", metavar="NAME", required=True, help="The environment: production, staging, …"
)
one_environment_option = click.option("--env", "environment", metavar="NAME", help="Only this environment.")
note_option = click.option("--note", metavar="TEXT", help="What to say of it.")
