"""Versions of prompts that versions of the application have used, as they stand in a file and as they are kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from verspan.prompts.checking import (
    checked_alias,
    checked_content,
    checked_message,
    checked_prompt_name,
    checked_version,
)
from verspan.prompts.model import PromptLink, PromptVersion
from verspan.store.interface import Store
from verspan.versions.checking import checked_tags
from verspan.versions.identity import checked_model_id


@dataclass(frozen=True)
class UsedPrompt:
    """A version of a prompt, and which of the versions in the file have used it."""

    prompt: PromptVersion
    used_by: Sequence[str]


def prompts_of(store: Store, model_ids: Sequence[str]) -> list[UsedPrompt]:
    """The versions of prompts that the versions have used, each once, by name and number."""
    prompts: dict[tuple[str, int], PromptVersion] = {}
    users: dict[tuple[str, int], list[str]] = {}
    for model_id in model_ids:
        for prompt in store.prompts.used_by(model_id):
            key = (prompt.name, prompt.version)
            prompts[key] = prompt
            users.setdefault(key, []).append(model_id)
    return [UsedPrompt(prompts[key], sorted(users[key])) for key in sorted(prompts)]


def check_prompt(used: UsedPrompt) -> UsedPrompt:
    """The prompt as the registry would take it from its author.

    Raises:
        InvalidArgumentError: it would not; the message says why.
    """
    prompt, content = used.prompt, used.prompt.content
    checked = replace(
        prompt,
        name=checked_prompt_name(prompt.name),
        version=checked_version(prompt.version),
        content=checked_content(content.template, content.variables, content.response_format, content.model_config),
        commit_message=checked_message(prompt.commit_message),
        tags=checked_tags(prompt.tags),
        aliases=tuple(checked_alias(alias) for alias in prompt.aliases),
        given={},
    )
    return UsedPrompt(checked, [checked_model_id(model_id) for model_id in used.used_by])


def keep_prompt(store: Store, used: UsedPrompt) -> Iterator[str]:
    """Keep a version of a prompt, under its number where that is free, and who has used it.

    Yields:
        What is not as it was where the prompt comes from.
    """
    prompt = used.prompt
    kept = store.prompts.keep(prompt)
    store.prompts.link(PromptLink(model_id, kept.name, kept.version) for model_id in used.used_by)
    if kept.version != prompt.version:
        number = f"version {prompt.version} is version {kept.version} here"
        yield f"prompt {prompt.name}: {number}, and spans of what was imported still say {prompt.version}"
    for alias in prompt.aliases:
        there = store.prompts.at_alias(prompt.name, alias)
        if there is None:
            store.prompts.set_alias(prompt.name, alias, kept.version)
        elif there.version != kept.version:
            yield f"prompt {prompt.name}: the alias {alias!r} stays with version {there.version}"
