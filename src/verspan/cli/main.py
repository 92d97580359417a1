"""The command ``verspan`` and its options."""

from __future__ import annotations

import sys

import click

from verspan.cli.commands import SECTIONS
from verspan.cli.lazy import LazyGroup


def _print_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's signature
    if wanted:
        from importlib.metadata import version  # a quarter of the time that --help takes

        click.echo(f"verspan {version('verspan')}")
        ctx.exit()


@click.group(
    cls=LazyGroup,
    sections=SECTIONS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 fine, 1 a negative answer or a problem, 2 wrong usage. VERSPAN_DEBUG=1 shows tracebacks.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version and exit.",
)
def verspan() -> None:
    """Which version of a GenAI application produced every span.

    \b
    Try:
      verspan run python app.py        record an application's model calls
      verspan models                   its versions, newest first
      verspan traces --model NAME      the traces of one of them
      verspan trace ID                 one trace, span by span

    Every command that reads takes --json. Traces are kept in .verspan/ at the repository's root, or where --store or
    VERSPAN_STORE says.
    """  # noqa: D301 - \b tells click to keep the lines below it


def main() -> None:
    """Run the command line of this process and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            # A terminal that is not UTF-8 shows a question mark where it has no letter, and is no reason to fail.
            stream.reconfigure(errors="replace")  # type: ignore[union-attr] # TextIO, and at a process's start a TextIOWrapper
    from verspan.audit.interface import come_from_command_line

    come_from_command_line()
    verspan(prog_name="verspan")
