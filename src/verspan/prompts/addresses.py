"""How a version of a prompt is named: ``prompts:/name@alias``, ``prompts:/name/3``, or the name alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from verspan.errors import InvalidArgumentError
from verspan.prompts.checking import checked_alias, checked_prompt_name, checked_version
from verspan.prompts.records import LATEST

_SCHEME: Final = "prompts:/"


@dataclass(frozen=True)
class PromptAddress:
    """One version of a prompt, by its number or else by an alias."""

    name: str
    version: int | None = None
    alias: str = LATEST

    def __str__(self) -> str:
        return f"{_SCHEME}{self.name}@{self.alias}" if self.version is None else f"{_SCHEME}{self.name}/{self.version}"


def prompt_address(text: object, version: object = None) -> PromptAddress:
    """The version of a prompt that a text names.

    Args:
        text: ``name``, ``name/3`` or ``name@alias``, each with ``prompts:/`` before it or without; the name alone is
            its newest version.
        version: the number, where the text is a name alone.

    Raises:
        InvalidArgumentError: it is none of these; the message says what is wrong with it.
    """
    place = text.removeprefix(_SCHEME) if isinstance(text, str) else text
    if not isinstance(place, str):
        raise InvalidArgumentError(
            f"a prompt is named by a text such as 'prompts:/support@production', and not {text!r}"
        )
    name, at, alias = place.partition("@")
    name, slash, number = name.partition("/")
    name = checked_prompt_name(name)
    if (at and slash) or (version is not None and (at or slash)):
        raise InvalidArgumentError(f"{text!r} names a version more than once: give one number, or one alias")
    if at:
        return PromptAddress(name, alias=alias if alias == LATEST else checked_alias(alias))
    if slash or version is not None:
        return PromptAddress(name, checked_version(number if slash else version))
    return PromptAddress(name)
