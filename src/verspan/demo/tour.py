"""What the demo shows of its recording: the commands that show any recording, each with what it prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import click

from verspan.cli.models import models
from verspan.cli.opening import required_store
from verspan.cli.terminal import print_table
from verspan.cli.trace import trace
from verspan.cli.traces import traces
from verspan.demo.invocation import command_line
from verspan.demo.repository import EXPERIMENT
from verspan.demo.side_by_side import side_by_side
from verspan.errors import NotFoundError
from verspan.store.interface import ModelQuery, Store
from verspan.traces.model import Figures, TraceQuery, TraceStatus, TraceSummary
from verspan.versions.model import LoggedModel

_ID_DIGITS = 8
_COLLECTOR = "OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318"


@dataclass(frozen=True)
class _Recording:
    versions: Sequence[LoggedModel]
    """The earlier one first."""
    figures: Sequence[Figures]
    looked_up: str
    """A trace of the later version with a tool call; the first digits of its id."""
    failed: str | None
    """Likewise a trace of the earlier version with an error, where there is one."""


def show_around(place: str, names: Sequence[str]) -> None:
    """Print the versions, their traces, one of these as a tree, the versions side by side, and what to type next.

    Args:
        place: the store, as ``--store`` takes it.
        names: the two versions, the earlier one first.

    Raises:
        NotFoundError: the agent ran and nothing of it was recorded.
    """
    with required_store(place) as store:
        recording = _read(store, names)
    context = click.get_current_context()
    _heading("Two versions of the agent", "models", "--experiment", EXPERIMENT, "--store", place)
    context.invoke(models, store_place=place, experiment_name=EXPERIMENT)
    _heading("Their traces", "traces", "--experiment", EXPERIMENT, "--store", place)
    context.invoke(traces, store_place=place, experiment_name=EXPERIMENT)
    _heading("One of them, span by span", "trace", recording.looked_up, "--no-content", "--store", place)
    context.invoke(trace, trace_id=recording.looked_up, store_place=place, content=False)
    _heading("Side by side")
    print_table(side_by_side([version.name for version in recording.versions], recording.figures))
    click.secho("Seven calls each are too few to call any of these differences real.", dim=True)
    _next_steps(place, recording)


def _read(store: Store, names: Sequence[str]) -> _Recording:
    versions = [_version(store, name) for name in names]
    ids = [version.model_id for version in versions]
    figures = store.figures(ids)
    of_earlier, of_later = ids
    failed = store.find_traces(TraceQuery(model_ids=[of_earlier], status=TraceStatus.ERROR, limit=1)).traces
    answered = store.find_traces(TraceQuery(model_ids=[of_later])).traces
    return _Recording(
        versions=versions,
        figures=[figures.get(model_id, Figures(model_id)) for model_id in ids],
        looked_up=_short(max(answered, key=lambda each: each.span_count)),
        failed=_short(failed[0]) if failed else None,  # the real API need not refuse what the local one does
    )


def _version(store: Store, name: str) -> LoggedModel:
    found = store.find_models(ModelQuery(experiment_name=EXPERIMENT, name=name))
    if not found:
        raise NotFoundError(f"The agent ran, and nothing of its version {name} is in {store.location}.")
    return found[0]


def _short(trace: TraceSummary) -> str:
    return trace.trace_id[:_ID_DIGITS]


def _heading(title: str, *command: str) -> None:
    click.secho(f"\n{title}", bold=True)
    if command:
        click.secho(f"$ {command_line(*command)}\n", dim=True)


def _next_steps(place: str, recording: _Recording) -> None:
    _heading("What to type next")
    here = ("--store", place)
    if recording.failed:
        _next_step("why the first version failed", command_line("trace", recording.failed, *here))
    _next_step("all that is known of the second", command_line("models", "show", recording.versions[-1].name, *here))
    _next_step("what was said about money", command_line("traces", "--text", "money back", *here))
    _next_step(
        "the same at a collector too, where Jaeger finds it by the tag logged_model.id",
        f"{_COLLECTOR} {command_line('demo')}",
    )
    _next_step("your own application, no line changed", command_line("run", "python", "app.py"))


def _next_step(what: str, command: str) -> None:
    click.echo(f"  {command}")
    click.secho(f"      {what}", dim=True)
