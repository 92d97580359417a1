"""How far long work is, on one line of a terminal that is watched; nothing where stderr is a file or a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from verspan.transfer.model import Progress


@contextmanager
def shown_progress() -> Iterator[Callable[[Progress], None]]:
    """What to tell of progress to, from the beginning of some work to its end."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    try:
        yield _show
    finally:
        click.echo("\r\033[K", err=True, nl=False)


def _show(progress: Progress) -> None:
    total = f" of {progress.total:,}" if progress.total is not None else ""
    click.echo(f"\r\033[K{progress.doing}: {progress.done:,}{total}", err=True, nl=False)
