"""``verspan models tag``, ``untag``, ``params`` and ``metrics``: what is written on a version as ``NAME=VALUE``."""

from __future__ import annotations

import time
from collections.abc import Sequence

import click

from verspan.cli.completing import complete_models
from verspan.cli.listing import Column
from verspan.cli.opening import required_store
from verspan.cli.options import experiment_option, json_option, store_option
from verspan.cli.quantities import NOTHING, local_time
from verspan.cli.resolve import resolve_model
from verspan.cli.terminal import hint, one_line, print_json, print_table
from verspan.errors import InvalidArgumentError
from verspan.versions.checking import checked_number, checked_params, checked_tags
from verspan.versions.identity import checked_name
from verspan.versions.model import LoggedModel, ModelMetric

_NS_PER_MS = 1_000_000

version_argument = click.argument("version", shell_complete=complete_models)
"""The version whose record is meant; described in each command's help."""


@click.command()
@version_argument
@click.argument("tags", nargs=-1, required=True, metavar="NAME=VALUE...")
@store_option
@experiment_option
@json_option
def tag(
    *, version: str, tags: Sequence[str], store_place: str | None, experiment_name: str | None, as_json: bool
) -> None:
    """Give a version tags, or change their values.

    VERSION is a version's name, its id, a beginning of either that no other version has, or an alias as in
    my-genai-app@champion.

    \b
    Examples:
      verspan models tag customer_support_agent-1a2b3c4d team=search reviewed=yes
      verspan models --filter "tags.team = 'search'"

    \b
    JSON: {"model": {…}}, as `verspan models --json` has it.
    """  # noqa: D301 - \b tells click to keep the lines below it
    checked = checked_tags(assigned(tags))
    with required_store(store_place) as store:
        model = store.models.set_tags(resolve_model(store, version, experiment_name).model_id, checked)
    say_changed(model, _tags_of(model), as_json=as_json)


@click.command()
@version_argument
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@store_option
@experiment_option
@json_option
def untag(
    *, version: str, names: Sequence[str], store_place: str | None, experiment_name: str | None, as_json: bool
) -> None:
    """Take tags of a version away.

    \b
    Examples:
      verspan models untag customer_support_agent-1a2b3c4d reviewed

    \b
    JSON: {"model": {…}}, as `verspan models --json` has it.
    """  # noqa: D301 - \b tells click to keep the lines below it
    with required_store(store_place) as store:
        model = resolve_model(store, version, experiment_name)
        for name in names:
            model = store.models.delete_tag(model.model_id, name)
    say_changed(model, _tags_of(model), as_json=as_json)


@click.command()
@version_argument
@click.argument("values", nargs=-1, metavar="[NAME=VALUE...]")
@store_option
@experiment_option
@json_option
def params(
    *, version: str, values: Sequence[str], store_place: str | None, experiment_name: str | None, as_json: bool
) -> None:
    """Show a version's parameters, or add some: a parameter keeps its value once the version is READY.

    \b
    Examples:
      verspan models params customer_support_agent-1a2b3c4d
      verspan models params customer_support_agent-1a2b3c4d temperature=0.7 max_tokens=1000

    \b
    JSON: {"model": {…}}, as `verspan models --json` has it.
    """  # noqa: D301 - \b tells click to keep the lines below it
    checked = checked_params(assigned(values))
    with required_store(store_place) as store:
        model = resolve_model(store, version, experiment_name)
        if checked:
            model = store.models.log_params(model.model_id, checked)
    if as_json:
        print_json({"model": model})
    elif model.params:
        print_table([Column("parameter", list(model.params)), Column("value", list(model.params.values()), least=20)])
    else:
        hint(f"{one_line(model.name)} has no parameters: verspan models params {model.model_id} NAME=VALUE adds one")


@click.command()
@version_argument
@click.argument("values", nargs=-1, metavar="[NAME=NUMBER...]")
@click.option("--step", type=int, default=0, show_default=True, help="Which of several measurements of a moment.")
@click.option("--dataset", metavar="NAME", help="The data that it was measured on.")
@store_option
@experiment_option
@json_option
def metrics(  # noqa: PLR0913 - a parameter for each option
    *,
    version: str,
    values: Sequence[str],
    step: int,
    dataset: str | None,
    store_place: str | None,
    experiment_name: str | None,
    as_json: bool,
) -> None:
    """Show a version's metrics, or add measurements, made now.

    \b
    Examples:
      verspan models metrics customer_support_agent-1a2b3c4d
      verspan models metrics customer_support_agent-1a2b3c4d quality=0.93 --dataset held-out
      verspan models --filter "metrics.quality > 0.9" --order-by "metrics.quality DESC"

    \b
    JSON: {"model": {…}}, as `verspan models --json` has it.
    """  # noqa: D301 - \b tells click to keep the lines below it
    measured = _measured(values, step, None if dataset is None else checked_name(dataset, "dataset's name"))
    with required_store(store_place) as store:
        model = resolve_model(store, version, experiment_name)
        if measured:
            model = store.models.log_metrics(model.model_id, measured)
    if as_json:
        print_json({"model": model})
    elif model.metrics:
        print_table(_metric_columns(model.metrics))
    else:
        hint(f"{one_line(model.name)} has no metrics: verspan models metrics {model.model_id} NAME=NUMBER adds one")


def say_changed(model: LoggedModel, what: str, *, as_json: bool) -> None:
    """Print what has become of a version's record.

    Args:
        model: the record as it is now.
        what: what to say of it, after its name.
        as_json: whether the record is printed for programs instead.
    """
    if as_json:
        print_json({"model": model})
    else:
        click.echo(one_line(f"{model.name} {what}"))


def assigned(texts: Sequence[str]) -> dict[str, str]:
    """The names and values of texts such as ``name=value``.

    Raises:
        InvalidArgumentError: one of them has no ``=``.
    """
    pairs = [text.partition("=") for text in texts]
    for name, equals, _ in pairs:
        if not equals:
            raise InvalidArgumentError(f"{name[:100]!r} gives nothing a value: write NAME=VALUE")
    return {name: value for name, _, value in pairs}


def _measured(values: Sequence[str], step: int, dataset: str | None) -> list[ModelMetric]:
    now = time.time_ns() // _NS_PER_MS
    return [
        ModelMetric(checked_name(name, "metric's name"), _number(name, value), now, step, dataset)
        for name, value in assigned(values).items()
    ]


def _number(name: str, value: str) -> float:
    try:
        return checked_number(float(value), f"metric {name!r}")
    except ValueError as error:
        raise InvalidArgumentError(f"the metric {name!r} is {value[:100]!r}, which is no finite number") from error


def _metric_columns(measured: Sequence[ModelMetric]) -> list[Column]:
    return [
        Column("metric", [each.key for each in measured], least=20),
        Column("value", [f"{each.value:g}" for each in measured], right=True),
        Column("step", [str(each.step) for each in measured], rank=3, right=True),
        Column("dataset", [each.dataset_name or NOTHING for each in measured], rank=2, least=10),
        Column("measured", [local_time(each.timestamp * _NS_PER_MS) for each in measured], rank=1),
    ]


def _tags_of(model: LoggedModel) -> str:
    tags = ", ".join(f"{name}={value}" for name, value in model.tags.items())
    return f"has the tags {tags}" if tags else "has no tags"
