"""``verspan export``."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verspan.cli.completing import complete_models
from verspan.cli.opening import required_store
from verspan.cli.options import experiment_option, json_option, store_option
from verspan.cli.progress import shown_progress
from verspan.cli.terminal import hint, print_json

if TYPE_CHECKING:
    from verspan.transfer.model import ExportReport


@click.command()
@click.argument("versions", nargs=-1, required=True, metavar="VERSION...", shell_complete=complete_models)
@click.option(
    "-o",
    "--output",
    "path",
    required=True,
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write, which is replaced where it is there.",
)
@click.option(
    "--evaluations/--no-evaluations",
    default=True,
    show_default=True,
    help="Whether to take along evaluation runs, their datasets, and assessments of traces.",
)
@store_option
@experiment_option
@json_option
def export(  # noqa: PLR0913 - an option each
    *,
    versions: tuple[str, ...],
    path: Path,
    evaluations: bool,
    store_place: str | None,
    experiment_name: str | None,
    as_json: bool,
) -> None:
    """Write versions with all that is known of them to one file: records, captures, prompts, artifacts, traces, runs.

    VERSION is a version's name, its id, an alias as experiment@alias, or a beginning that no other version has. The
    file holds the traces that belong to the versions with every message in them, so treat it like the store. The same
    versions give the same bytes, wherever and whenever they are exported.

    \b
    Examples:
      verspan export customer_support_agent-1a2b3c4d -o agent.verspan
      verspan export agent-v1 agent-v2 -o both.verspan
      verspan import agent.verspan

    \b
    JSON: {"path", "size" (bytes), "models", "spans", "captures", "prompts",
      "artifacts", "runs", "results" (of rows), "datasets", "assessments"}
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.transfer.exporting import export_file
    from verspan.versions.resolving import resolve_model

    with required_store(store_place) as store, shown_progress() as tell:
        found = [resolve_model(store, name, experiment_name, include_deleted=True) for name in versions]
        report = export_file(store, found, path, tell, evaluations=evaluations)
    if as_json:
        print_json(report)
        return
    click.echo(_said(report))
    hint(f"into another store: verspan import {shlex.quote(report.path)}")


def _said(report: ExportReport) -> str:
    parts = (
        ("versions", report.models),
        ("captures", report.captures),
        ("prompts", report.prompts),
        ("artifacts", report.artifacts),
        ("spans", report.spans),
        ("evaluation runs", report.runs),
        ("datasets", report.datasets),
        ("assessments", report.assessments),
    )
    numbers = ", ".join(f"{what} {number:,}" for what, number in parts if number)
    return f"{report.path}: {report.size / 1e6:.1f} MB, {numbers}"
