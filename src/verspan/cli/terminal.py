"""Where output goes: tables to people, JSON to programs, hints to stderr.

Tables are laid out for the window; piped output is as wide as it needs to be, has no colour, and cuts no cell.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:  # rich is loaded by the commands that print with it
    from rich.console import Console, RenderableType

    from verspan.cli.listing import Column

_UNLIMITED = 100_000
"""Columns of output that no window limits: wider than anything that is printed."""
# What a control character of somebody's message would do to the terminal it must not do: Unicode has pictures of them.
_PICTURES = {code: 0x2400 + code for code in range(0x20) if code not in (0x09, 0x0A)}
_CONTROLS: dict[int, int | str] = {
    **_PICTURES,
    0x09: " ",
    0x7F: 0x2421,
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD),  # they reorder what follows
}


def stdout_console() -> Console:
    """A console of the width and the colours that stdout has."""
    from rich.console import Console

    console = Console(highlight=False, emoji=False, markup=False)
    if not console.is_terminal and not os.environ.get("COLUMNS"):
        console.width = _UNLIMITED
    return console


def window_width(console: Console) -> int | None:
    """The width of the window, in characters; None where none limits it, as in a pipe."""
    return console.width if console.width < _UNLIMITED else None


def print_rich(console: Console, *renderables: RenderableType) -> None:
    """Print what people read, without blanks at the ends of lines."""
    from rich.console import Group

    with console.capture() as captured:
        console.print(Group(*renderables))  # one by one, rich would wrap a text that says not to be wrapped
    # rich has decided about colour by what stdout is, and click need not decide again.
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()), color=True)


def print_table(columns: Sequence[Column]) -> None:
    """Print a list, and say so where the window has no room for some of its columns."""
    from verspan.cli.listing import fitting, table

    console = stdout_console()
    width = window_width(console)
    kept = fitting(columns, width)
    print_rich(console, table(kept, width))
    if len(kept) < len(columns):
        left_out = ", ".join(column.header for column in columns if column not in kept)
        hint(f"too narrow for: {left_out}")


def print_json(document: Any) -> None:
    """Print what programs read."""
    from verspan.cli.documents import as_json

    click.echo(as_json(document))


def hint(text: str) -> None:
    """Say what to do next, on stderr, so that what is piped on holds the answer alone."""
    click.secho(text, err=True, dim=True)


def printable(text: str) -> str:
    """A text as it may be printed: control characters, line feeds apart, replaced by pictures of themselves."""
    return text.translate(_CONTROLS)


def one_line(text: str) -> str:
    """A text as it may be printed on one line: line feeds become blanks."""
    return printable(text).replace("\n", " ")
