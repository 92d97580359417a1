"""``verspan datasets`` and what is below it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verspan.cli.datasets_view import alike_columns, diff_columns, row_columns, version_columns
from verspan.cli.opening import opened_store, required_store
from verspan.cli.options import json_option, store_option
from verspan.cli.terminal import hint, one_line, print_json, print_table
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.settings import store_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from verspan.datasets.model import Dataset
    from verspan.datasets.records import DatasetVersion
    from verspan.store.interface import Store

_SHOWN = 50
_START = "import one with `verspan datasets import FILE`, or verspan.datasets.create_dataset(NAME, rows)"
_dataset_argument = click.argument("dataset", metavar="NAME[@DIGEST]")
_limit_option = click.option("--limit", type=click.IntRange(min=1), default=_SHOWN, show_default=True, help="How many.")


@click.group(invoke_without_command=True)
@store_option
@_limit_option
@json_option
@click.pass_context
def datasets(ctx: click.Context, *, store_place: str | None, limit: int, as_json: bool) -> None:
    """List the versions of datasets, newest first.

    \b
    Examples:
      verspan datasets
      verspan datasets import support.jsonl
      verspan datasets show support
      verspan datasets diff support

    \b
    JSON: {"datasets": [{name, digest, row_count, created_ms}],
      "more": true or false}
    """  # noqa: D301 - \b tells click to keep the lines below it
    if ctx.invoked_subcommand is None:
        _list(store_place, limit, as_json=as_json)


@datasets.command()
@_dataset_argument
@store_option
@_limit_option
@json_option
def show(*, dataset: str, store_place: str | None, limit: int, as_json: bool) -> None:
    """Show the rows of a version of a dataset, and which of them are nearly the same.

    NAME alone is the newest version.

    \b
    Examples:
      verspan datasets show support
      verspan datasets show support@3f9a --json | jq '.dataset.rows[].inputs'

    \b
    JSON: {"dataset": {name, digest, created_ms, tags, rows: [{row_id, inputs,
      expectations, tags, source: {source_type, source_data} or null,
      outputs}]}, "near_duplicates": [{row_id, other_row_id, similarity}]};
      every row, whatever --limit says.
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.datasets.likeness import near_duplicates

    with required_store(store_place) as store:
        found = _named(store, dataset)
    alike = near_duplicates(found)
    if as_json:
        print_json({"dataset": found, "near_duplicates": alike})
        return
    click.echo(f"{one_line(found.name)}  {len(found)} rows  {found.digest}\n")
    print_table(row_columns(found.rows[:limit]))
    if alike:
        click.echo("\nnearly the same")
        print_table(alike_columns(alike[:limit]))
    if len(found) > limit:
        hint(f"\n{len(found) - limit:,} more rows are not shown: add --limit {len(found)}")


@datasets.command()
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="[AFTER]", required=False)
@store_option
@json_option
def diff(*, before: str, after: str | None, store_place: str | None, as_json: bool) -> None:
    """Show which rows were added, removed and changed from one version of a dataset to another, and what of them.

    BEFORE and AFTER are NAME[@DIGEST]. With BEFORE alone its newest version is compared with the one before it.

    \b
    Examples:
      verspan datasets diff support
      verspan datasets diff support@3f9a support
      verspan datasets diff support --json | jq '.changed[].row_id'

    \b
    JSON: {"before": digest, "after": digest, "added": [rows as `show --json`
      has them], "removed": [likewise], "changed": [{row_id, changes: [{name,
      before, after}]}], "unchanged": how many}
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.datasets.comparing import diff_datasets

    with required_store(store_place) as store:
        earlier, later = (_named(store, before), _named(store, after)) if after else _latest_two(store, before)
    found = diff_datasets(earlier, later)
    if as_json:
        print_json({"before": earlier.digest, "after": later.digest, **vars(found)})
        return
    counts = f"{len(found.added)} added, {len(found.removed)} removed, {len(found.changed)} changed"
    click.echo(f"{counts}, {found.unchanged} unchanged")
    if found.added or found.removed or found.changed:
        click.echo()
        print_table(diff_columns(found))


@datasets.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", metavar="NAME", help="The dataset's name; else the file's, without its ending.")
@store_option
@json_option
def import_(*, file: Path, name: str | None, store_place: str | None, as_json: bool) -> None:
    """Keep a version of a dataset of a file: JSON lines (.jsonl), or a table (.csv with a header, .parquet).

    A line of JSON has inputs and, where there are such, expectations, tags, row_id and outputs. In a table the column
    expectations.expected_response is an expectation, tags.team a tag, row_id the row's id, and any other an input.
    Parquet needs `pip install 'verspan[parquet]'`.

    \b
    Examples:
      verspan datasets import support.jsonl
      verspan datasets import questions.csv --name support
      verspan datasets import support.parquet

    \b
    JSON: {"dataset": as `verspan datasets show --json` has it,
      "near_duplicates": likewise}
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.datasets.likeness import near_duplicates
    from verspan.datasets.rows import new_dataset
    from verspan.store.opening import open_store

    made = new_dataset(name or file.stem, _rows_of(file))
    with closing(open_store(store_url(store_place), create=True)) as store:
        kept = store.datasets.keep(made)
    alike = near_duplicates(kept)
    if as_json:
        print_json({"dataset": kept, "near_duplicates": alike})
        return
    click.echo(f"{one_line(kept.name)} has {len(kept)} rows, version {kept.digest[:8]}")
    if alike:
        hint(f"rows that are nearly the same as others: {len(alike)}, see verspan datasets show {one_line(kept.name)}")


def _list(place: str | None, limit: int, *, as_json: bool) -> None:
    with opened_store(place) as store:
        found = store.datasets.versions() if store else ()
    if as_json:
        print_json({"datasets": found[:limit], "more": len(found) > limit})
    elif found:
        _print_versions(found, limit)
    else:
        hint(f"no dataset is kept yet: {_START}")


def _print_versions(found: Sequence[DatasetVersion], limit: int) -> None:
    print_table(version_columns(found[:limit]))
    if len(found) > limit:
        hint(f"\n{len(found) - limit:,} more are not shown: add --limit {len(found)}")


def _named(store: Store, text: str) -> Dataset:
    """The version that somebody means by ``NAME`` or ``NAME@DIGEST``."""
    name, at, digest = text.rpartition("@")
    return store.datasets.load(name, digest) if at else store.datasets.load(text)


def _latest_two(store: Store, name: str) -> tuple[Dataset, Dataset]:
    versions = store.datasets.versions(name)
    if len(versions) == 1:
        raise NotFoundError(f"the dataset {name!r} has one version, and there is none to compare it with")
    newest = store.datasets.load(name)
    return store.datasets.load(name, versions[1].digest), newest


def _rows_of(file: Path) -> Iterable[dict[str, object]]:
    from verspan.datasets.files import csv_rows, jsonl_rows
    from verspan.datasets.parquet import parquet_rows

    readers: Mapping[str, Callable[[Path], Iterable[dict[str, object]]]] = {
        ".jsonl": jsonl_rows,
        ".csv": csv_rows,
        ".parquet": parquet_rows,
    }
    if file.suffix.lower() not in readers:
        raise InvalidArgumentError(f"{file} is none of {', '.join(readers)}, which are what can be imported")
    return readers[file.suffix.lower()](file)
