"""What the demo shows of its recording: the commands that show any recording, each with what it prints."""

from __future__ import annotations

from collections.abc import Sequence

import click

from verspan.cli.models import models
from verspan.cli.opening import required_store
from verspan.cli.terminal import hint, print_table
from verspan.cli.trace import trace
from verspan.cli.traces import traces
from verspan.demo.invocation import command_line
from verspan.demo.repository import EXPERIMENT
from verspan.demo.side_by_side import side_by_side
from verspan.errors import NotFoundError
from verspan.store.interface import ModelQuery, Store
from verspan.traces.model import TraceQuery, TraceStatus, TraceSummary
from verspan.versions.model import LoggedModel

_ID_DIGITS = 8
_COLLECTOR = "OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318"


def show_around(place: str, names: Sequence[str]) -> None:
    """Print the versions, their traces, one of these as a tree, the versions side by side, and what to type next.

    Args:
        place: the store, as ``--store`` takes it.
        names: the two versions, the earlier one first.

    Raises:
        NotFoundError: the agent ran and nothing of it was recorded.
    """
    with required_store(place) as store:
        before, after = (_version(store, name) for name in names)
        figures = store.figures([before.model_id, after.model_id])
        looked_up, failed = _longest(store, after), _failed(store, before)
    context = click.get_current_context()
    _heading("Two versions of the agent", "models", "--experiment", EXPERIMENT, "--store", place)
    context.invoke(models, store_place=place, experiment_name=EXPERIMENT)
    _heading("Their traces", "traces", "--experiment", EXPERIMENT, "--store", place)
    context.invoke(traces, store_place=place, experiment_name=EXPERIMENT)
    _heading(
        "One of them: the model asks for an order, and is told", "trace", looked_up, "--no-content", "--store", place
    )
    context.invoke(trace, trace_id=looked_up, store_place=place, content=False)
    _heading("Side by side")
    print_table(side_by_side([before.name, after.name], [figures[before.model_id], figures[after.model_id]]))
    hint("Differences as they were measured: seven calls are too few to call any of them real.")
    _next_steps(place, after, failed)


def _version(store: Store, name: str) -> LoggedModel:
    found = store.find_models(ModelQuery(experiment_name=EXPERIMENT, name=name))
    if not found:
        raise NotFoundError(f"The agent ran, and nothing of version {name} is in {store.location}.")
    return found[0]


def _longest(store: Store, version: LoggedModel) -> str:
    """The trace with the most spans: the one in which a tool was called."""
    listed = store.find_traces(TraceQuery(model_ids=[version.model_id])).traces
    return _short(max(listed, key=lambda trace: trace.span_count))


def _failed(store: Store, version: LoggedModel) -> str:
    query = TraceQuery(model_ids=[version.model_id], status=TraceStatus.ERROR)
    return _short(store.find_traces(query).traces[0])


def _short(trace: TraceSummary) -> str:
    return trace.trace_id[:_ID_DIGITS]


def _heading(title: str, *command: str) -> None:
    click.secho(f"\n{title}", bold=True)
    if command:
        click.secho(f"$ {command_line(*command)}\n", dim=True)


def _next_steps(place: str, after: LoggedModel, failed: str) -> None:
    _heading("What to type next")
    for what, command in (
        ("why the first version failed", command_line("trace", failed, "--store", place)),
        ("all that is known of the second", command_line("models", "show", after.name, "--store", place)),
        ("what was said about money", command_line("traces", "--text", "money back", "--store", place)),
        (
            "the same at a collector, where Jaeger finds it by the tag logged_model.id",
            f"{_COLLECTOR} {command_line('demo')}",
        ),
        ("your own application, no line changed", command_line("run", "python", "app.py")),
    ):
        click.echo(f"  {command}")
        click.secho(f"      {what}", dim=True)
