"""What a shell's Tab key offers for names of versions and prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verspan.errors import VerspanError

if TYPE_CHECKING:
    import click


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
