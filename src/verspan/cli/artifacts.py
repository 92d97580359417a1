"""``verspan artifacts``."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verspan.cli.completing import complete_models
from verspan.cli.opening import required_store
from verspan.cli.options import json_option, store_option
from verspan.cli.terminal import hint, print_json, print_table

if TYPE_CHECKING:
    from verspan.artifacts.model import Artifact

_NS_PER_MS = 1_000_000


@click.command()
@click.argument("name_or_id", shell_complete=complete_models)
@click.argument("path", default="")
@click.option("--history", is_flag=True, help="List what each path had before, too.")
@click.option(
    "--to",
    "folder",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the files below this folder instead, each checked.",
)
@store_option
@json_option
def artifacts(  # noqa: PLR0913 - each is an argument or an option
    *, name_or_id: str, path: str, history: bool, folder: Path | None, store_place: str | None, as_json: bool
) -> None:
    """List the files that were logged to a version, or write them to a folder.

    NAME_OR_ID is a version's name, id or alias, or the beginning of a name or an id. PATH is one of its files or
    folders; everything where it is left out.

    \b
    Examples:
      verspan artifacts shop-agent-v1
      verspan artifacts shop-agent-v1 evaluation --history
      verspan artifacts shop@champion evaluation --to fetched

    \b
    JSON: {"artifacts": [{"path", "digest", "size", "media_type",
      "logged_timestamp" (ms), "logged_time" (ISO), "root"}]}
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.artifacts.reading import found_below, write_artifacts
    from verspan.versions.resolving import resolve_model

    with required_store(store_place) as store:
        model = resolve_model(store, name_or_id)
        found = found_below(store, model, path, history=history and folder is None)
        if folder is not None:
            write_artifacts(store, found, folder)
    if as_json:
        print_json({"artifacts": found})
    elif folder is None:
        _list(found)
    if folder is not None:
        hint(f"{len(found)} files below {folder}")
    elif found:
        hint(f"\nwrite them: verspan artifacts {shlex.quote(model.name)} --to FOLDER")


def _list(found: Sequence[Artifact]) -> None:
    from verspan.cli.listing import Column
    from verspan.cli.quantities import count, local_time

    print_table(
        [
            Column("path", [artifact.path for artifact in found], least=20, keeps_end=True, style="bold"),
            Column("bytes", [count(artifact.size) for artifact in found], right=True),
            Column("type", [artifact.media_type for artifact in found], rank=2, least=10),
            Column("logged", [local_time(artifact.logged_timestamp * _NS_PER_MS) for artifact in found], rank=1),
            Column("sha-256", [artifact.digest for artifact in found], rank=3, least=12, style="cyan"),
            Column("root", [artifact.root or "beside the store" for artifact in found], rank=4, least=10),
        ]
    )
