"""What a shell's Tab key offers for names of versions, runs, datasets and prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verspan.errors import VerspanError

if TYPE_CHECKING:
    import click

_RUN = "run-"


def complete_models(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Names of versions that begin with what has been typed; nothing where the store cannot tell."""
    from verspan.cli.opening import opened_store
    from verspan.store.interface import ModelQuery

    try:
        with opened_store(ctx.params.get("store_place")) as store:
            return [model.name for model in store.find_models(ModelQuery(name_prefix=incomplete))] if store else []
    except VerspanError:  # a message here would be written into the line that is being typed
        return []


def complete_prompts(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Names of prompts that begin with what has been typed; nothing where the store cannot tell."""
    from verspan.cli.opening import opened_store
    from verspan.prompts.records import PromptQuery

    try:
        with opened_store(ctx.params.get("store_place")) as store:
            return [prompt.name for prompt in store.prompts.find(PromptQuery(name_prefix=incomplete))] if store else []
    except VerspanError:  # likewise
        return []


def complete_compared(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Ids of evaluation runs that begin with what has been typed, where that is one's beginning; else versions."""
    from verspan.cli.opening import opened_store
    from verspan.evaluation.records import RunQuery

    if not incomplete.startswith(_RUN):
        return complete_models(ctx, parameter, incomplete)
    try:
        with opened_store(ctx.params.get("store_place")) as store:
            runs = store.evaluations.find_runs(RunQuery()) if store else []
            return [run.run_id for run in runs if run.run_id.startswith(incomplete)]
    except VerspanError:  # likewise
        return []


def complete_datasets(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Names of datasets that begin with what has been typed; nothing where the store cannot tell."""
    from verspan.cli.opening import opened_store

    try:
        with opened_store(ctx.params.get("store_place")) as store:
            names = dict.fromkeys(version.name for version in store.datasets.versions()) if store else {}
            return [name for name in names if name.startswith(incomplete)]
    except VerspanError:  # likewise
        return []
