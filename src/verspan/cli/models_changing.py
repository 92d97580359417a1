"""``verspan models note``, ``alias``, ``aliases``, ``link``, ``delete`` and ``restore``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from verspan.cli.completing import complete_models
from verspan.cli.listing import Column
from verspan.cli.models_writing import say_changed, version_argument
from verspan.cli.opening import required_store
from verspan.cli.options import experiment_option, json_option, store_option
from verspan.cli.quantities import NOTHING, local_time
from verspan.cli.resolve import resolve_model
from verspan.cli.terminal import hint, one_line, print_json, print_table
from verspan.context import current_experiment
from verspan.versions.checking import checked_alias, checked_note

if TYPE_CHECKING:
    from verspan.store.interface import Store
    from verspan.versions.model import AliasMove

_NS_PER_MS = 1_000_000


@click.command()
@version_argument
@click.argument("text", required=False)
@click.option("--remove", is_flag=True, help="Take the note away.")
@store_option
@experiment_option
@json_option
def note(  # noqa: PLR0913 - a parameter for each option
    *,
    version: str,
    text: str | None,
    remove: bool,
    store_place: str | None,
    experiment_name: str | None,
    as_json: bool,
) -> None:
    """Write a note on a version, in place of the one that is there; without TEXT it is read from standard input.

    \b
    Examples:
      verspan models note customer_support_agent-1a2b3c4d "shorter answers, see #214"
      git log -1 --format=%B | verspan models note customer_support_agent-1a2b3c4d

    \b
    JSON: {"model": {…}}, as `verspan models --json` has it.
    """  # noqa: D301 - \b tells click to keep the lines below it
    if remove and text is not None:
        raise click.UsageError("give either a text or --remove")
    written = None if remove else checked_note(sys.stdin.read() if text is None else text)
    with required_store(store_place) as store:
        model = store.models.set_note(resolve_model(store, version, experiment_name).model_id, written)
    say_changed(model, f"has the note: {model.note}" if model.note else "has no note", as_json=as_json)


@click.command()
@version_argument
@click.argument("name")
@click.option("--remove", is_flag=True, help="Take the alias away from the version.")
@store_option
@experiment_option
@json_option
def alias(  # noqa: PLR0913 - a parameter for each option
    *, version: str, name: str, remove: bool, store_place: str | None, experiment_name: str | None, as_json: bool
) -> None:
    """Let a name such as champion stand for a version, whichever of its experiment it stood for before.

    The alias names the version wherever a version is named, with its experiment before it.

    \b
    Examples:
      verspan models alias customer_support_agent-1a2b3c4d champion
      verspan models show my-genai-app@champion
      verspan traces --model my-genai-app@champion

    \b
    JSON: {"model": {…}}, as `verspan models --json` has it.
    """  # noqa: D301 - \b tells click to keep the lines below it
    checked = checked_alias(name)
    with required_store(store_place) as store:
        model_id = resolve_model(store, version, experiment_name).model_id
        model = store.models.delete_alias(model_id, checked) if remove else store.models.set_alias(model_id, checked)
    done = "is no longer" if remove else "is"
    say_changed(model, f"{done} {model.experiment_name}@{checked}", as_json=as_json)


@click.command()
@click.argument("name", required=False)
@store_option
@experiment_option
@json_option
def aliases(*, name: str | None, store_place: str | None, experiment_name: str | None, as_json: bool) -> None:
    """Show where the aliases of an experiment have been and who moved them, the latest move first.

    The experiment is that of --experiment, of VERSPAN_EXPERIMENT_NAME, or Default.

    \b
    Examples:
      verspan models aliases --experiment my-genai-app
      verspan models aliases champion --experiment my-genai-app --json | jq '.moves[0]'

    \b
    JSON: {"moves": [{experiment_name, alias, from_model_id, to_model_id,
      timestamp (ms), time (ISO), actor}]}
    """  # noqa: D301 - \b tells click to keep the lines below it
    experiment = experiment_name or current_experiment()
    with required_store(store_place) as store:
        moves = store.models.alias_moves(experiment, name)
        names = _names(store, moves)
    if as_json:
        print_json({"moves": moves})
    elif moves:
        print_table(_move_columns(moves, names))
    else:
        hint(f"no alias in experiment {one_line(experiment)!r}: `verspan models alias VERSION NAME` sets one")


@click.command()
@version_argument
@click.option("--parent", metavar="VERSION", shell_complete=complete_models, help="The version that it was made from.")
@click.option("--baseline", metavar="VERSION", shell_complete=complete_models, help="The version to compare it with.")
@store_option
@experiment_option
@json_option
def link(  # noqa: PLR0913 - a parameter for each option
    *,
    version: str,
    parent: str | None,
    baseline: str | None,
    store_place: str | None,
    experiment_name: str | None,
    as_json: bool,
) -> None:
    """Say which version a version was made from, or is to be compared with; an empty VERSION takes the link away.

    \b
    Examples:
      verspan models link customer_support_agent-9f8e7d6c --parent customer_support_agent-1a2b3c4d
      verspan models link customer_support_agent-9f8e7d6c --baseline my-genai-app@champion
      verspan models link customer_support_agent-9f8e7d6c --baseline ""

    \b
    JSON: {"model": {…}}, as `verspan models --json` has it.
    """  # noqa: D301 - \b tells click to keep the lines below it
    if parent is None and baseline is None:
        raise click.UsageError("give --parent, --baseline or both")
    with required_store(store_place) as store:
        model = resolve_model(store, version, experiment_name)
        if parent is not None:
            model = store.models.set_parent(model.model_id, _id_of(store, parent, experiment_name))
        if baseline is not None:
            model = store.models.set_baseline(model.model_id, _id_of(store, baseline, experiment_name))
    linked = f"comes from {model.parent_model_id or 'none'}, is compared with {model.baseline_model_id or 'none'}"
    say_changed(model, linked, as_json=as_json)


@click.command()
@version_argument
@store_option
@experiment_option
@json_option
def delete(*, version: str, store_place: str | None, experiment_name: str | None, as_json: bool) -> None:
    """Hide a version from lists and searches; its record, aliases and traces stay, and it can be restored.

    \b
    Examples:
      verspan models delete customer_support_agent-1a2b3c4d
      verspan models --all
      verspan models restore customer_support_agent-1a2b3c4d

    \b
    JSON: {"model": {…}}, as `verspan models --json` has it.
    """  # noqa: D301 - \b tells click to keep the lines below it
    with required_store(store_place) as store:
        model = store.models.delete(resolve_model(store, version, experiment_name).model_id)
    say_changed(model, "is deleted", as_json=as_json)
    hint(f"to have it back: verspan models restore {model.model_id}")


@click.command()
@version_argument
@store_option
@experiment_option
@json_option
def restore(*, version: str, store_place: str | None, experiment_name: str | None, as_json: bool) -> None:
    """Show a version again that was deleted.

    \b
    Examples:
      verspan models restore customer_support_agent-1a2b3c4d

    \b
    JSON: {"model": {…}}, as `verspan models --json` has it.
    """  # noqa: D301 - \b tells click to keep the lines below it
    with required_store(store_place) as store:
        found = resolve_model(store, version, experiment_name, include_deleted=True)
        model = store.models.restore(found.model_id)
    say_changed(model, "is listed", as_json=as_json)


def _id_of(store: Store, version: str, experiment_name: str | None) -> str | None:
    return resolve_model(store, version, experiment_name).model_id if version else None


def _names(store: Store, moves: Sequence[AliasMove]) -> dict[str | None, str]:
    ids = {each for move in moves for each in (move.from_model_id, move.to_model_id) if each}
    found = {model_id: store.get_model(model_id) for model_id in ids}
    return {None: NOTHING, **{model_id: model.name for model_id, model in found.items() if model}}


def _move_columns(moves: Sequence[AliasMove], names: dict[str | None, str]) -> list[Column]:
    return [
        Column("moved", [local_time(move.timestamp * _NS_PER_MS) for move in moves], rank=1),
        Column("alias", [move.alias for move in moves], least=10, style="bold"),
        Column("from", [names.get(move.from_model_id, NOTHING) for move in moves], least=15, keeps_end=True),
        Column("to", [names.get(move.to_model_id, NOTHING) for move in moves], least=15, keeps_end=True),
        Column("by", [move.actor or NOTHING for move in moves], rank=2),
    ]
