"""Where output goes: tables to people, JSON to programs, hints to stderr.

Tables are laid out for the terminal's width; piped output is as wide as it needs to be, has no colour, and cuts nothing.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:  # rich is loaded by the commands that print with it
    from rich.console import Console, RenderableType

UNLIMITED = 100_000
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
        console.width = UNLIMITED
    return console


def limited(console: Console) -> bool:
    """Whether a window limits the width."""
    return console.width < UNLIMITED


def show(console: Console, *renderables: RenderableType) -> None:
    """Print what people read, without blanks at the ends of lines."""
    with console.capture() as captured:
        console.print(*renderables, sep="\n", soft_wrap=not limited(console))
    # rich has decided about colour by what stdout is, and click need not decide again.
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()), color=True)


def show_json(document: Any) -> None:
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
    """A text on one line: every run of blanks and line feeds as one blank."""
    return printable(" ".join(text.split()))
