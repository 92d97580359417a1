"""``verspan import``."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verspan.cli.options import json_option, store_option
from verspan.cli.progress import shown_progress
from verspan.cli.terminal import hint, one_line, print_json

if TYPE_CHECKING:
    from verspan.transfer.model import ImportReport, Tell


@click.command("import")
@click.argument("path", required=False, metavar="[FILE]", type=click.Path(path_type=Path))
@click.option(
    "--from-mlflow",
    "mlflow_uri",
    metavar="URI",
    help="Import from MLflow instead: sqlite:///mlflow.db, the path of such a file, or a tracking server's http://…",
)
@click.option(
    "--mlflow-experiment",
    "experiments",
    metavar="NAME",
    multiple=True,
    help="Of MLflow only this experiment. Repeat it for several.",
)
@click.option(
    "--max-bytes", type=click.IntRange(min=0), help="How much FILE may unpack to; else 200 times its own size."
)
@store_option
@json_option
def import_(  # noqa: PLR0913 - an option each
    *,
    path: Path | None,
    mlflow_uri: str | None,
    experiments: tuple[str, ...],
    max_bytes: int | None,
    store_place: str | None,
    as_json: bool,
) -> None:
    """Bring versions from a file of `verspan export`, or from MLflow, into the store.

    A file is checked from beginning to end before anything of it is kept. What the store has already stays as it is:
    to import twice changes nothing, and an import that was broken off is completed by importing again. MLflow's store
    is only read. Its server is spoken to as MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and
    MLFLOW_TRACKING_PASSWORD, say.

    \b
    Examples:
      verspan import agent.verspan
      verspan import --from-mlflow sqlite:///mlflow.db
      verspan import --from-mlflow http://localhost:5000 --mlflow-experiment shop

    \b
    JSON: {"models", "new_models", "spans", "new_spans", "captures", "prompts",
      "artifacts", "runs", "new_runs", "results" (of rows), "datasets",
      "assessments", "new_assessments",
      "notes": [what is not as it was where it comes from]}
    """  # noqa: D301 - \b tells click to keep the lines below it
    if (path is None) == (mlflow_uri is None):
        raise click.UsageError("give a FILE, or --from-mlflow and a URI.")
    with shown_progress() as tell:
        report = _imported(path, mlflow_uri, experiments, max_bytes, store_place, tell)
    if as_json:
        print_json(report)
        return
    click.echo(_said(report))
    for note in report.notes:
        click.echo(f"  {one_line(note)}")
    hint("look at them: verspan models")


def _said(report: ImportReport) -> str:
    parts = [("versions", report.models, report.new_models), ("spans", report.spans, report.new_spans)]
    judged = [
        ("evaluation runs", report.runs, report.new_runs),
        ("assessments", report.assessments, report.new_assessments),
    ]
    parts += [part for part in judged if part[1]]
    return ", ".join(f"{what} {number:,} ({new:,} new)" for what, number, new in parts)


def _imported(  # noqa: PLR0913, PLR0917 - what the command was given
    path: Path | None,
    mlflow_uri: str | None,
    experiments: tuple[str, ...],
    max_bytes: int | None,
    store_place: str | None,
    tell: Tell,
) -> ImportReport:
    from verspan.settings import store_url
    from verspan.store.opening import open_store

    with closing(open_store(store_url(store_place))) as store:
        if path is not None:
            from verspan.transfer.importing import import_file

            return import_file(store, path, tell, max_bytes)
        from verspan.mlflow_import.importing import import_mlflow

        return import_mlflow(store, mlflow_uri or "", experiments, tell)
