"""Looks as they are shown: a table that follows in a terminal, a line for each elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import click

from verspan.cli.documents import as_json as json_of
from verspan.cli.listing import Column, fitting, table
from verspan.cli.terminal import one_line, stdout_console, window_width

if TYPE_CHECKING:
    from rich.console import Group
    from rich.live import Live

    from verspan.comparison.model import Comparison
    from verspan.watching.model import Look

_OF_METRICS = {"better": "green", "worse": "red", "changed": "yellow"}
_STYLES = {"pass": "bold green", "fail": "bold red", "inconclusive": "bold yellow"}


class View(Protocol):
    """Shows looks."""

    def show(self, look: Look) -> None:
        """Another look has been taken."""
        ...


class Lines:
    """A line for each look."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    def show(self, look: Look) -> None:
        """Print it."""
        click.echo(json_of(look, indented=False) if self._as_json else one_line(str(look)))


class Table:
    """A table that is drawn anew at each look, and stays when watching has ended."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def show(self, look: Look) -> None:
        """Draw it."""
        self._live.update(drawn(look, window_width(self._live.console)), refresh=True)


@contextmanager
def view_for(*, as_json: bool, live: bool) -> Iterator[View]:
    """What shows looks here.

    Args:
        as_json: whether a program reads it.
        live: whether somebody watches a terminal.
    """
    if as_json or not live:
        yield Lines(as_json=as_json)
        return
    from rich.live import Live

    with Live(console=stdout_console(), auto_refresh=False) as shown:
        yield Table(shown)


def drawn(look: Look, width: int | None) -> Group:
    """A look as a terminal of this width shows it."""
    from rich.console import Group
    from rich.text import Text

    verdict, comparison = look.judgement.verdict.value, look.comparison
    before, after = look.traces
    head = Text(f"look {look.number}: {before} and {after} traces", style="dim")
    said = Text.assemble(
        (f"{verdict}: ", _STYLES[verdict]) if look.ended else ("watching: ", "bold"), one_line(look.judgement.reason)
    )
    if comparison is None:
        return Group(head, said)
    warnings = (Text(f"warning: {one_line(each)}", style="dim") for each in comparison.warnings)
    return Group(table(fitting(_columns(comparison), width), width), head, *warnings, said)


def _columns(found: Comparison) -> list[Column]:
    from verspan.comparison.words import lines

    shown = lines(found)
    styles = [_OF_METRICS.get(line.verdict, "dim") for line in shown]
    return [
        Column("", [line.metric for line in shown]),
        Column(found.baseline, [line.baseline for line in shown], right=True, least=12, keeps_end=True),
        Column(found.candidate, [line.candidate for line in shown], right=True, least=12, keeps_end=True),
        Column("difference", [line.difference for line in shown], right=True, rank=1),
        Column("interval", [line.interval for line in shown], rank=2),
        Column("rows", [line.rows for line in shown], rank=3),
        Column("verdict", [line.verdict for line in shown], styles=styles),
    ]
