"""``verspan demo``: records two versions of a small agent, and shows them by the commands that show any version."""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from verspan.cli.terminal import hint
from verspan.demo.api_server import DemoApi
from verspan.demo.invocation import shown_path
from verspan.demo.recording import AgentProcess, Destination
from verspan.demo.repository import MODEL_NAME, VERSIONS, AgentVersion, Repository
from verspan.demo.tour import show_around
from verspan.errors import MissingPackageError
from verspan.settings import STORE_FILE, STORE_FOLDER, repository_root, store_url
from verspan.store.opening import open_store

_KEY = "OPENAI_API_KEY"


@click.command()
@click.option(
    # Not by VERSPAN_STORE, which is where an application's own traces are.
    "--store",
    "store_place",
    metavar="PATH_OR_URL",
    help="Where the traces go; else a store in the little repository.",
)
@click.option("--real", is_flag=True, help=f"Ask the real API with the key in {_KEY}: 14 calls, less than a cent.")
def demo(*, store_place: str | None, real: bool) -> None:
    """Record two versions of a small agent and look at them: no key, no server, no network.

    A little git repository is made in .verspan/demo, and anew each time. Its two commits hold two versions of a support
    agent with another model and prompt. Each version is run, answered by a local server that speaks as the real API
    does, with answers written for it. What was recorded is then shown by the commands that show any application's
    versions and traces.

    Traces go to a store in that repository, or where --store says; with OTEL_EXPORTER_OTLP_ENDPOINT set to a collector
    besides.

    \b
    Examples:
      verspan demo
      verspan demo --store /tmp/demo.db
      OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 verspan demo
      OPENAI_API_KEY=sk-… verspan demo --real
    """  # noqa: D301 - \b tells click to keep the lines below it
    key = os.environ.get(_KEY)
    if real and not key:
        raise click.UsageError(f"--real needs a key in {_KEY}.")
    if importlib.util.find_spec("openai") is None:
        raise MissingPackageError("The demo's agent uses the OpenAI client: pip install 'verspan[openai]'")
    folder = repository_root() / STORE_FOLDER / "demo"
    place = store_place or shown_path(folder / STORE_FOLDER / STORE_FILE)
    names = _record(folder, store_url(place), key if real else None)
    click.echo(f"Traces are in {place}")
    if key and not real:
        hint(f"{_KEY} is set and was not used: --real asks the real API with it.")
    show_around(place, names)


def _record(folder: Path, url: str, key: str | None) -> list[str]:
    """Run both versions; returns their names."""
    repository = Repository(folder)
    click.echo(f"Made a repository in {shown_path(folder)}")
    named_by_git = repository.git_problem is None
    if repository.git_problem:
        hint(f"{repository.git_problem}: the versions are named v1 and v2.")
    with ExitStack() as running:
        base_url = None if key else running.enter_context(DemoApi()).base_url
        destination = Destination(url, base_url, key or "demo")
        agents = [
            running.enter_context(AgentProcess(folder, destination, label=None if named_by_git else version.label))
            for version in VERSIONS
        ]
        # While they load what they need: a store that cannot be used is told before anything is run.
        open_store(url).close()
        return [_run(repository, version, agent) for version, agent in zip(VERSIONS, agents, strict=True)]


def _run(repository: Repository, version: AgentVersion, agent: AgentProcess) -> str:
    """Check a version in and run it; returns its name."""
    name = f"{MODEL_NAME}-{repository.check_in(version)}"
    with _step(f"Running {name} ({version.request_model})"):
        warnings = agent.run()
    if warnings:
        click.echo(warnings.rstrip(), err=True)
    return name


@contextmanager
def _step(text: str) -> Iterator[None]:
    """Say what is being done while it is done, and how long it took."""
    started = time.perf_counter()
    click.echo(f"{text} … ", nl=False)
    try:
        yield
    except BaseException:
        click.echo()  # what went wrong is said on a line of its own
        raise
    click.echo(f"{time.perf_counter() - started:.1f} s")
