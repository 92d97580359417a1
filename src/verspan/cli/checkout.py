"""``verspan checkout``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verspan.cli.completing import complete_models
from verspan.cli.failures import NEGATIVE
from verspan.cli.opening import required_store
from verspan.cli.options import experiment_option, json_option, store_option
from verspan.cli.terminal import hint, one_line, print_json

if TYPE_CHECKING:
    from verspan.recreating.model import Checkout

_SHORT = 12


@click.command()
@click.argument("version", shell_complete=complete_models)
@click.argument("directory", type=click.Path(path_type=Path))
@click.option(
    "--repository",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder in a git repository that has the commit; else the working directory's, the store's, the remote.",
)
@click.option("--capture", "capture_id", metavar="ID", help="The state with this id; else the newest of the version.")
@click.option("--with-env", is_flag=True, help="Make an environment with the recorded packages, by uv.")
@store_option
@experiment_option
@json_option
def checkout(  # noqa: PLR0913 - a parameter for each option
    *,
    version: str,
    directory: Path,
    repository: Path | None,
    capture_id: str | None,
    with_env: bool,
    store_place: str | None,
    experiment_name: str | None,
    as_json: bool,
) -> None:
    """Recreate VERSION in DIRECTORY, which is not there yet or is empty.

    The tree is as it was, byte for byte: the commit, with every file over it that was changed, untracked or deleted.
    Parameters, environment, entry point and prompts are written to .verspan/ in it, which git ignores. Every file is
    checked against the record, and what could not be restored is named. Nothing that the version brings is run, unless
    --with-env asks for its packages to be installed.

    \b
    Examples:
      verspan checkout agent-1a2b3c4d /tmp/agent
      verspan checkout my-genai-app@champion ../champion --with-env
      verspan checkout m-4f1c /tmp/agent --repository ~/src/agent

    \b
    JSON: {"model_id", "name", "directory", "commit", "capture_id", "source",
      "files", "digest", "found_digest", "exact", "written": [path],
      "missing": [{path, reason}], "python"}

    Exits with 1 where the tree is not exactly as it was.
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.recreating.api import checkout_from

    with required_store(store_place) as store:
        made = checkout_from(
            store,
            version,
            directory,
            experiment_name=experiment_name,
            repository=repository,
            capture_id=capture_id,
            with_env=with_env,
        )
    if as_json:
        print_json(_document(made))
    else:
        _print(made)
    if not made.exact:
        sys.exit(NEGATIVE)


def _document(made: Checkout) -> dict[str, object]:
    return {
        **vars(made),
        "directory": str(made.directory),
        "exact": made.exact,
        "python": made.python and str(made.python),
    }


def _print(made: Checkout) -> None:
    at = f"at {made.commit[:_SHORT]}" if made.commit else "before its first commit"
    click.echo(one_line(f"{made.name} is in {made.directory}: {made.files} files {at}, from {made.source}"))
    if made.exact:
        click.echo("every file is as it was, byte for byte")
    for each in made.missing:
        click.echo(one_line(f"not as it was: {each.path}: {each.reason}"))
    if made.digest != made.found_digest:
        click.echo(f"the files come to {made.found_digest[:_SHORT]}, and to {made.digest[:_SHORT]} in the record")
    for path in made.written:
        click.echo(one_line(f"written beside it: {path}"))
    hint(f"run it with {made.python}" if made.python else f"look at it: git -C {made.directory} status")
