"""``verspan completion``."""

from __future__ import annotations

import sys

import click
from click.shell_completion import get_completion_class

from verspan.cli.terminal import hint

_INSTALL = {
    "bash": "echo 'eval \"$(verspan completion bash)\"' >> ~/.bashrc",
    "zsh": "echo 'eval \"$(verspan completion zsh)\"' >> ~/.zshrc",
    "fish": "verspan completion fish > ~/.config/fish/completions/verspan.fish",
}


_HELP = """Print the script that lets a shell complete commands, options and names of versions.

\b
To install it, once for each shell:
"""


@click.command(help=_HELP + "\n".join(f"  {line}" for line in _INSTALL.values()))
@click.argument("shell", type=click.Choice(list(_INSTALL)))
@click.pass_context
def completion(ctx: click.Context, *, shell: str) -> None:
    """Print a shell's completion script; how to install it goes to stderr where the script goes to a terminal."""
    script = get_completion_class(shell)
    if script is None:  # click knows the three shells; this tells the type checker
        raise click.UsageError(f"click has no completion for {shell}.")
    click.echo(script(ctx.find_root().command, {}, "verspan", "_VERSPAN_COMPLETE").source())
    if sys.stdout.isatty():
        hint(f"To install it: {_INSTALL[shell]}")
