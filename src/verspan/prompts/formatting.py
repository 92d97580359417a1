"""A prompt with values for its variables."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from verspan.errors import InvalidArgumentError
from verspan.prompts.model import PromptVariable, PromptVersion
from verspan.prompts.templates import filled, variable_names
from verspan.prompts.use import note_format
from verspan.prompts.values import fits, written


def formatted(
    prompt: PromptVersion, values: Mapping[str, Any], *, allow_partial: bool
) -> str | list[dict[str, Any]] | PromptVersion:
    """The text, or the messages, with a value for each variable.

    Args:
        prompt: the prompt; what it was given in part is known.
        values: by the variable's name; a new value takes the place of one that was given before.
        allow_partial: answer the prompt with the values that are there, where others are missing.

    Raises:
        InvalidArgumentError: there is no such variable, one has no value, or one of the wrong type.
    """
    variables = _variables(prompt)
    given = {**prompt.given, **_checked(prompt, variables, values)}
    missing = [name for name, each in variables.items() if name not in given and each.required and each.default is None]
    if missing and allow_partial:
        return replace(prompt, given=given)
    if missing:
        raise InvalidArgumentError(
            f"the prompt {prompt.uri} has no value for {_listed(missing)}: give each as a keyword argument, or"
            " allow_partial=True to give them later"
        )
    text = filled(prompt.template, {name: _text(each, given) for name, each in variables.items()})
    note_format(prompt, text)
    return text


def _variables(prompt: PromptVersion) -> Mapping[str, PromptVariable]:
    """The variables of a template by name, those included that are not declared."""
    declared = {variable.name: variable for variable in prompt.content.variables}
    return {name: declared.get(name) or PromptVariable(name) for name in variable_names(prompt.template)}


def _checked(
    prompt: PromptVersion, variables: Mapping[str, PromptVariable], values: Mapping[str, Any]
) -> Mapping[str, Any]:
    unknown = values.keys() - variables.keys()
    if unknown:
        has = f"it has {_listed(variables)}" if variables else "it has none"
        raise InvalidArgumentError(f"the prompt {prompt.uri} has no variable {_listed(unknown)}: {has}")
    for name, value in values.items():
        if not fits(value, variables[name].type):
            raise InvalidArgumentError(
                f"the variable {name!r} of the prompt {prompt.uri} is of type {variables[name].type}, and"
                f" {reprlib.repr(value)} is not"
            )
    return values


def _text(variable: PromptVariable, given: Mapping[str, Any]) -> str:
    if variable.name in given:
        return written(given[variable.name], variable)
    return "" if variable.default is None else written(variable.default, variable)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(repr, sorted(names)))
