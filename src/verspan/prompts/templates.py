"""Templates: where their variables stand, and the text with values in their places.

A variable is ``{{ name }}``, where the name is one or several identifiers with dots between, as in MLflow. Whatever
else has braces is text and stays as it is. Values are put in place in one pass and nothing of them is looked at again:
no code is evaluated, and what looks like a variable in a value remains text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

Template: TypeAlias = "str | Sequence[Mapping[str, Any]]"
"""A text, or the messages of a chat, each with its role and content."""

_IDENTIFIER: Final = r"[a-zA-Z_][a-zA-Z0-9_]*"
VARIABLE: Final = re.compile(rf"\{{\{{\s*({_IDENTIFIER}(?:\.{_IDENTIFIER})*)\s*\}}\}}")
"""A variable in a text; its only group is the name."""


def variable_names(template: Template) -> frozenset[str]:
    """The names of the variables in a template."""
    names: set[str] = set()

    def note(text: str) -> str:
        names.update(VARIABLE.findall(text))
        return text

    _with_texts(template, note)
    return frozenset(names)


def filled(template: Template, texts: Mapping[str, str]) -> str | list[dict[str, Any]]:
    """A template with a text in place of each variable; a variable without one stays as it is.

    Args:
        template: the template; in a chat the contents of messages alone have variables, and the texts inside of those.
        texts: by the variable's name.
    """

    def fill(text: str) -> str:
        return VARIABLE.sub(lambda found: texts.get(found[1], found[0]), text)

    return _with_texts(template, fill)


def _with_texts(template: Template, change: Callable[[str], str]) -> str | list[dict[str, Any]]:
    if isinstance(template, str):
        return change(template)
    return [
        {key: _changed(value, change) if key == "content" else value for key, value in message.items()}
        for message in template
    ]


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _changed(each, change) for key, each in value.items()}
    if isinstance(value, Sequence):
        return [_changed(each, change) for each in value]
    return value
