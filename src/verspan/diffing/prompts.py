"""The difference of the prompts that two versions used."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from verspan.diffing.model import PromptChange, PromptsDiff, PromptUse
from verspan.diffing.texts import value_hunks
from verspan.prompts.model import PromptContent, PromptVersion
from verspan.prompts.templates import Template


def prompt_use(prompt: PromptVersion) -> PromptUse:
    """A version of a prompt as it is compared: by a text that has all of its content."""
    return PromptUse(prompt.name, prompt.version, content_text(prompt.content))


def content_text(content: PromptContent) -> str:
    """All of a prompt's content as a text: the template, then what it declares and is called with, as JSON."""
    settings = {
        "variables": [vars(variable) for variable in content.variables],
        "response_format": content.response_format,
        "model_config": content.model_config,
    }
    told = [f"{name}: {_as_json(value)}" for name, value in settings.items() if value]
    return "\n\n".join([_template_text(content.template), *told])


def compare_prompts(before: Sequence[PromptUse], after: Sequence[PromptUse]) -> PromptsDiff:
    """What prompts came, went and changed.

    Where a version used several versions of one prompt, those that both used are the same, and of the others the
    newest of each is compared.
    """
    gone = [use for use in before if use not in after]
    come = [use for use in after if use not in before]
    first, second = _newest(gone), _newest(come)
    pairs = [(first[name], second[name]) for name in sorted(first) if name in second]
    compared = {id(use) for pair in pairs for use in pair}
    return PromptsDiff(
        added=[use for use in come if id(use) not in compared],
        removed=[use for use in gone if id(use) not in compared],
        changed=[PromptChange(one, other, value_hunks(one.text, other.text)) for one, other in pairs],
    )


def _template_text(template: Template) -> str:
    if isinstance(template, str):
        return template
    return "\n\n".join(_message_text(message) for message in template)


def _message_text(message: Mapping[str, Any]) -> str:
    content = message.get("content")
    return f"[{message.get('role')}]\n{content if isinstance(content, str) else _as_json(content)}"


def _as_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else list(value)


def _newest(uses: Iterable[PromptUse]) -> dict[str, PromptUse]:
    return {use.name: use for use in sorted(uses, key=lambda use: use.version)}
