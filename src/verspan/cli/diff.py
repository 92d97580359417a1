"""``verspan diff``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verspan.cli.completing import complete_models
from verspan.cli.failures import NEGATIVE
from verspan.cli.opening import required_store
from verspan.cli.options import experiment_option, json_option, store_option
from verspan.cli.terminal import hint, print_json, print_rich, stdout_console
from verspan.errors import InvalidArgumentError
from verspan.settings import store_url

if TYPE_CHECKING:
    from verspan.diffing.model import VersionDiff

_FORMATS = ("text", "json", "markdown", "html")


def _typed_parts(_ctx: click.Context, _parameter: click.Parameter, values: Sequence[str]) -> list[str] | None:
    names = [name.strip().replace("-", "_") for value in values for name in value.split(",")]
    return [name for name in names if name] or None


@click.command()
@click.argument("a", shell_complete=complete_models)
@click.argument("b", shell_complete=complete_models)
@click.option(
    "--only",
    "parts",
    metavar="PARTS",
    multiple=True,
    callback=_typed_parts,
    help="Only these: code, params, calls, prompts, dependencies, environment, entry_point; with commas between them.",
)
@click.option("--patch", "extent", flag_value="patch", help="Every changed line of the code.")
@click.option("--stat", "extent", flag_value="stat", help="Every changed file of the code, and no line.")
@click.option("--format", "form", type=click.Choice(_FORMATS), default="text", show_default=True, help="What to write.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file.")
@click.option(
    "--repository",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder in the git repository that both come from; else the working directory's.",
)
@click.option("--exit-code", is_flag=True, help="Exit with 1 where they differ, or where it cannot be told.")
@store_option
@experiment_option
@json_option
@click.pass_context
def diff(  # noqa: PLR0913 - a parameter for each option
    ctx: click.Context,
    *,
    a: str,
    b: str,
    parts: list[str] | None,
    extent: str | None,
    form: str,
    output: Path | None,
    repository: Path | None,
    exit_code: bool,
    store_place: str | None,
    experiment_name: str | None,
    as_json: bool,
) -> None:
    """Show what changed from version A to version B.

    That is the code (commits, files, lines, with what was never committed), parameters, what its calls asked models
    for, prompts, dependencies, environment and entry point. A and B are names, ids, a beginning of either that no other
    version has, or EXPERIMENT@ALIAS; a dot is the working tree as it is now. The repository is only read: no file,
    index or reference of it changes. A terminal shows the lines of small differences and lists the files of large ones;
    JSON and HTML have everything, and Markdown is short enough for a comment on a pull request.

    \b
    Examples:
      verspan diff agent-1a2b3c4d agent-5e6f7a8b
      verspan diff my-genai-app@champion .          what is about to change
      verspan diff m-4f1c m-77aa --only params,prompts
      verspan diff m-4f1c m-77aa --format html --output diff.html
      verspan diff m-4f1c m-77aa --json | jq -r '.code.patch' | base64 -d

    \b
    JSON: {"same": true, false or null (nothing found, something untold),
      "before", "after": {label, model, figures}, "code": {before, after,
      ahead, behind: [{commit, author, timestamp, subject}], files: [{path,
      former_path, status, before, after: {mode, blob, size}, binary, added,
      removed, hunks, incomplete}], patch (base64)}, "params", "calls",
      "environment", "entry_point": {added, removed, changed: {name: {before, after}}},
      "prompts", "dependencies" (with upgraded, downgraded), "untold":
      [{part, reason}]}; a part that is not compared is null
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.diffing.asking import Asking, chosen_parts

    with required_store(store_place) as store:
        asking = Asking(store, store_url(store_place), repository, experiment_name)
        difference = asking.difference(a, b, chosen_parts(parts))
    with _written_to(output):
        _print(difference, "json" if as_json else form, extent)
    if form == "text" and not as_json:
        _hint_more(difference, extent)
    if exit_code and not difference.same:
        ctx.exit(NEGATIVE)


@contextmanager
def _written_to(output: Path | None) -> Iterator[None]:
    """What is printed goes to a file, where one is given."""
    if output is None:
        yield
        return
    try:
        with output.open("w", encoding="utf-8") as file, redirect_stdout(file):
            yield
    except OSError as error:
        raise InvalidArgumentError(f"{output} cannot be written: {error}") from error
    hint(f"written to {output}")


def _print(difference: VersionDiff, form: str, extent: str | None) -> None:
    match form:
        case "json":
            print_json({"same": difference.same, **vars(difference)})
        case "markdown":
            from verspan.diffing.rendering.markdown import rendered_markdown

            sys.stdout.write(rendered_markdown(difference))
        case "html":
            from verspan.diffing.rendering.html import rendered_html

            sys.stdout.write(rendered_html(difference))
        case _:
            _print_text(difference, extent)


def _print_text(difference: VersionDiff, extent: str | None) -> None:
    from verspan.diffing.rendering.text import chosen_extent, rendered_text

    chosen = chosen_extent(difference, patch=extent == "patch", stat=extent == "stat")
    console = stdout_console()
    print_rich(console, *rendered_text(difference, chosen, coloured=console.color_system is not None))


def _hint_more(difference: VersionDiff, extent: str | None) -> None:
    from verspan.diffing.rendering.text import chosen_extent, is_bounded

    if is_bounded(difference, chosen_extent(difference, patch=extent == "patch", stat=extent == "stat")):
        hint("\nevery file: --stat; every line: --patch; everything on a page: --format html --output diff.html")
