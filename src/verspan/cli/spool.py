"""``verspan spool`` and ``verspan spool drain``."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verspan.cli.options import json_option, store_option
from verspan.cli.spool_view import spool_columns
from verspan.cli.terminal import hint, one_line, print_json, print_table

if TYPE_CHECKING:  # it loads the SDK
    from verspan.spool.emptying import Emptied
    from verspan.spool.survey import SpoolState

_PATIENCE_S = 10.0


@dataclass(frozen=True)
class Drained:
    """What came of draining one destination."""

    exporter: str
    address: str
    delivered: int
    waiting: int
    refused: int
    trouble: str


@click.group(invoke_without_command=True)
@store_option
@json_option
@click.pass_context
def spool(ctx: click.Context, *, store_place: str | None, as_json: bool) -> None:
    """List the spans that are on disk because their destination does not have them yet.

    Spans of dead processes are delivered by the next process that sends to the same destination, or by `verspan spool
    drain`. What is lost never reached its destination: it was refused, or the spool was full for too long.

    \b
    Examples:
      verspan spool
      verspan spool --json | jq '.destinations[] | select(.waiting > 0)'
      verspan spool drain

    \b
    JSON: {"folder", "destinations": [{"destination": {exporter, address},
      "folder", "waiting", "abandoned", "size_bytes", "oldest_ns", "oldest_time",
      "live_processes", "dead_processes", "counters": {"dropped": {reason:
      number}, "unreadable_bytes", "trouble", "trouble_since_ns", …}}]}
    """  # noqa: D301 - \b tells click to keep the lines below it
    if ctx.invoked_subcommand is None:
        _list(store_place, as_json=as_json)


@spool.command()
@store_option
@click.option(
    "--timeout",
    "patience_s",
    metavar="SECONDS",
    type=click.FloatRange(min=0),
    default=_PATIENCE_S,
    show_default=True,
    help="How long to go on while a destination takes nothing.",
)
@json_option
@click.pass_context
def drain(ctx: click.Context, *, store_place: str | None, patience_s: float, as_json: bool) -> None:
    """Deliver what dead processes left, each span to where it was meant to go.

    Processes that live deliver their own. Credentials come from this environment, and only where it names the same
    address. Exits with 1 where something is left.

    \b
    Examples:
      verspan spool drain
      verspan spool drain --timeout 60

    \b
    JSON: {"destinations": [{"exporter", "address", "delivered", "waiting",
      "refused", "trouble"}]}
    """  # noqa: D301 - \b tells click to keep the lines below it
    with _no_warnings():  # what would be logged is said below
        drained = [_drained(state, store_place, patience_s) for state in _states(store_place) if state.abandoned]
    if as_json:
        print_json({"destinations": drained})
    else:
        _say(drained)
    ctx.exit(1 if any(each.waiting for each in drained) else 0)


@contextmanager
def _no_warnings() -> Iterator[None]:
    logger = logging.getLogger("verspan.spool")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _list(store_place: str | None, *, as_json: bool) -> None:
    states = _states(store_place)
    if as_json:
        print_json({"folder": str(_folder(store_place)), "destinations": states})
    elif states:
        print_table(spool_columns(states))
    else:
        hint(f"nothing waits: no process has written spans to {_folder(store_place)}")
    for state in states:
        if state.counters.trouble:
            hint(f"{one_line(state.destination.address)} takes nothing: {one_line(state.counters.trouble)}")
    if any(state.abandoned for state in states):
        hint("deliver what dead processes left: verspan spool drain")


def _folder(store_place: str | None) -> Path:
    from verspan.settings import spool_folder, store_url

    return spool_folder(store_url(store_place))


def _states(store_place: str | None) -> list[SpoolState]:
    from verspan.spool.survey import survey

    return list(survey(_folder(store_place)))


def _drained(state: SpoolState, store_place: str | None, patience_s: float) -> Drained:
    from verspan.errors import VerspanError

    exporter, address = state.destination.exporter, state.destination.address
    try:
        emptied = _emptied(state, store_place, patience_s)
    except VerspanError as error:
        return Drained(exporter, address, 0, state.abandoned, 0, str(error))
    return Drained(exporter, address, emptied.delivered, emptied.waiting, emptied.refused, emptied.trouble)


def _emptied(state: SpoolState, store_place: str | None, patience_s: float) -> Emptied:
    from verspan.settings import resolve_settings
    from verspan.spool.emptying import delivery_to, empty

    make_delivery = delivery_to(state.destination, resolve_settings(store=store_place))

    def tell(delivered: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{one_line(state.destination.address)}: {delivered} of {state.abandoned}", err=True, nl=False)

    emptied = empty(Path(state.folder), state.destination, make_delivery, patience_s=patience_s, tell=tell)
    if sys.stderr.isatty():
        click.echo(err=True)
    return emptied


def _say(drained: list[Drained]) -> None:
    for each in drained:
        refused = f", {each.refused} refused" if each.refused else ""
        waiting = f", {each.waiting} still wait" if each.waiting else ""
        click.echo(f"{one_line(each.address)}: {each.delivered} delivered{refused}{waiting}")
        if each.trouble:
            hint(f"  {one_line(each.trouble)}")
    if not drained:
        click.echo("Dead processes left nothing.")
