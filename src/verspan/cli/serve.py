"""``verspan serve``."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import click

from verspan.cli.options import store_option
from verspan.cli.package import package_argument, read_reference
from verspan.cli.terminal import hint
from verspan.semconv import ENV_STORE
from verspan.settings import store_url

if TYPE_CHECKING:
    from verspan.packaging.archive import PackageArchive

_PORT = 8000
_MEBI = 2**20
_OTHERS_MODULES = ("PYTHONPATH", "PYTHONHOME")  # what is in this environment is not to be found in the package's


@click.command()
@package_argument
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=_PORT,
    show_default=True,
    help="The port to listen at; 0 for a free one.",
)
@click.option(
    "--env-from-lock/--no-env-from-lock",
    default=None,
    help="Run in an environment made from the package's lock, or in this one; from the lock where it has one.",
)
@click.option("--trust", metavar="HASH", default=None, help="Agree to the package with this hash, this once.")
@click.option(
    "--max-body",
    "max_body_mib",
    metavar="MIB",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="Refuse larger requests.",
)
@click.option(
    "--patience",
    "patience_s",
    metavar="SECONDS",
    type=click.IntRange(min=0),
    default=30,
    show_default=True,
    help="How long requests under way may take once it is told to stop.",
)
@store_option
def serve(  # noqa: PLR0913 - each is an option
    *,
    reference: str,
    host: str,
    port: int,
    env_from_lock: bool | None,
    trust: str | None,
    max_body_mib: int,
    patience_s: int,
    store_place: str | None,
) -> None:
    """Serve the package of a version over HTTP, its traces under that version.

    PACKAGE is a version's name, id or alias, or the path of a package. POST /invocations calls the entry point with
    {"inputs": …} and answers {"predictions": …}; with `Accept: text/event-stream` what a generator gives is sent as it
    comes. GET /health says whether it serves, GET /version what. Each answer has the version in X-Verspan-Model-Id. A
    traceparent that a request brings is continued.

    It stops on SIGTERM or Ctrl-C, and answers first what is under way. There is no authentication: keep it on this
    machine, or put a proxy before it.

    \b
    Examples:
      verspan serve shop-agent-v1
      verspan serve shop@champion --port 9000
      curl -d '{"inputs": {"question": "How hot?"}}' -H 'content-type: application/json' localhost:8000/invocations
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.packaging.serving.running import Serving, serve_here
    from verspan.packaging.trust import check_agreed

    archive = read_reference(reference, store_place)
    digest = archive.package.digest
    check_agreed(digest, trust or False, f"the package of {archive.package.manifest.model_name}")
    if store_place is not None:
        os.environ[ENV_STORE] = store_url(store_place)
    if env_from_lock if env_from_lock is not None else archive.package.manifest.has_lock:
        options = {"--host": host, "--port": port, "--max-body": max_body_mib, "--patience": patience_s}
        _serve_elsewhere(archive, [str(word) for option in options.items() for word in option])
    else:
        serve_here(archive.path, digest, Serving(host, port, max_body_mib * _MEBI, patience_s))


def _serve_elsewhere(archive: PackageArchive, options: list[str]) -> None:
    """Put the package's own environment in the place of this process."""
    from verspan.packaging.environment import environment_of
    from verspan.packaging.finding import kept_in_cache

    python = environment_of(archive)
    hint(f"in the environment {python.parent.parent}")
    path = kept_in_cache(archive)
    shutil.rmtree(archive.path.parent, ignore_errors=True)  # what ends this process otherwise does not run
    environment = {name: value for name, value in os.environ.items() if name not in _OTHERS_MODULES}
    command = [str(python), "-m", "verspan.cli", "serve", str(path), "--no-env-from-lock"]
    sys.stderr.flush()
    os.execve(python, [*command, "--trust", archive.package.digest, *options], environment)  # noqa: S606 - running it is the purpose
