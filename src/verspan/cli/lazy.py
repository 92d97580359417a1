"""A group of commands whose modules are imported when a command is used, and whose failures are one line each."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from verspan.cli.failures import asks_for_verdict, report


@dataclass(frozen=True)
class LazyCommand:
    """Where a command is, and what a list of commands says of it without importing it."""

    target: str
    """``module:attribute``, as in an entry point."""
    summary: str

    def load(self) -> click.Command:
        """Import the module and give the command."""
        module, _, attribute = self.target.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        command.short_help = self.summary
        return command


class LazyGroup(click.Group):
    """Commands by name from a table in sections; ``--help`` and completion of names import none of them."""

    def __init__(self, *args: Any, sections: Mapping[str, Mapping[str, LazyCommand]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sections = sections
        self.table = {name: command for section in sections.values() for name, command in section.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names in the order of the table, which is the order in which people meet them."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command of that name, imported now; None where there is none."""
        entry = self.table.get(cmd_name)
        return entry.load() if entry else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """List names and summaries from the table alone."""
        width = max(map(len, self.table))
        for heading, section in self.sections.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(width), entry.summary) for name, entry in section.items()])

    def main(self, args: Sequence[str] | None = None, *further: Any, **options: Any) -> Any:
        """Run a command line and leave with its exit code; whatever goes wrong is one line on stderr."""
        options["standalone_mode"] = False
        try:
            code = super().main(args, *further, **options)
        except Exception as error:  # noqa: BLE001 - the command line shows no traceback, whatever happened
            code = report(error, verdict=asks_for_verdict(sys.argv[1:] if args is None else args))
        sys.exit(code if isinstance(code, int) else 0)
