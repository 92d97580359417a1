"""``verspan run``."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from click.exceptions import Exit

from verspan.cli.options import typed_name
from verspan.semconv import ENV_ACTIVE_MODEL, ENV_EXPERIMENT_NAME, ENV_STORE
from verspan.settings import store_url

_NOT_FOUND = 127
_NOT_EXECUTABLE = 126
_PYTHON_PATH = "PYTHONPATH"


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option(
    "--model", metavar="NAME", callback=typed_name, help=f"The active version's name or id ({ENV_ACTIVE_MODEL})."
)
@click.option(
    "--experiment", metavar="NAME", callback=typed_name, help=f"The experiment's name ({ENV_EXPERIMENT_NAME})."
)
@click.option("--store", metavar="PATH_OR_URL", help=f"Where versions and traces are kept ({ENV_STORE}).")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def run(*, model: str | None, experiment: str | None, store: str | None, command: Sequence[str]) -> None:
    """Run an application and record its model calls with the version they belong to; no line of it is changed.

    COMMAND is a command and its arguments as you would type them without `verspan run`. It takes the place of this
    process, so that signals reach it and the exit code is its own (127 where there is no such command, 126 where it may
    not be run). Processes that it starts are recorded too. A Python that ignores PYTHONPATH (-I, -E) records nothing.

    Without --model the version is named after the application's folder and `git describe`.

    \b
    Examples:
      verspan run python app.py --port 8000
      verspan run --model checkout-v7 --experiment shop pytest -q
      verspan run gunicorn app:wsgi
    """  # noqa: D301 - \b tells click to keep the lines below it
    told = {ENV_ACTIVE_MODEL: model, ENV_EXPERIMENT_NAME: experiment, ENV_STORE: store_url(store) if store else None}
    try:
        os.execvpe(command[0], list(command), {**_environment(os.environ), **_given(told)})  # noqa: S606 - running it is the purpose
    except OSError as error:
        click.echo(f"verspan: {command[0]!r} cannot be run: {(error.strerror or str(error)).lower()}", err=True)
        raise Exit(_NOT_FOUND if isinstance(error, FileNotFoundError) else _NOT_EXECUTABLE) from error


def _environment(current: Mapping[str, str]) -> dict[str, str]:
    import verspan.auto

    folder = str(Path(verspan.auto.__file__).parent)
    others = [each for each in current.get(_PYTHON_PATH, "").split(os.pathsep) if each and each != folder]
    return {**current, _PYTHON_PATH: os.pathsep.join([folder, *others])}


def _given(variables: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if value is not None}
