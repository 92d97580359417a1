"""What can be given as ``redact``: functions, patterns, rules and names of built-in ones."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import ClassVar, TypeAlias

from verspan.errors import InvalidArgumentError
from verspan.settings import RedactionSpec

Redaction: TypeAlias = Callable[[str], str]
"""Gives a text without what must not be kept."""

_BUILT_IN = {
    "keys": "verspan.redaction.secrets",
    "email": "verspan.redaction.personal",
    "phone": "verspan.redaction.personal",
    "card": "verspan.redaction.personal",
    "presidio": "verspan.redaction.presidio",
}
BUILT_IN_NAMES = tuple(_BUILT_IN)
"""The names of the built-in rules, which are also those that ``VERSPAN_REDACT`` may hold."""


@dataclass(frozen=True)
class Rule:
    """A pattern and what is put in the place of whatever matches it."""

    name: str
    """What stands, in brackets, where something was taken out."""
    pattern: re.Pattern[str] | str
    """A regular expression; a text is compiled."""
    replacement: str | Callable[[re.Match[str]], str] | None = None
    """As :func:`re.sub` takes it; the name in brackets where it is None."""

    def __post_init__(self) -> None:
        """Compile the pattern.

        Raises:
            InvalidArgumentError: it is no regular expression for texts.
        """
        try:
            pattern = re.compile(self.pattern)
        except (re.error, TypeError) as error:
            raise InvalidArgumentError(f"the pattern of the rule {self.name!r} cannot be used: {error}") from error
        if not isinstance(pattern.pattern, str):
            raise InvalidArgumentError(f"the pattern of the rule {self.name!r} is for bytes; give one for text")
        object.__setattr__(self, "pattern", pattern)

    def __call__(self, text: str) -> str:
        """The text with every match replaced."""
        replacement = self.replacement
        return re.sub(self.pattern, (lambda _: f"[{self.name}]") if replacement is None else replacement, text)


class BuiltIn(ABC):
    """A rule that has a name, and knows by a field's name what the field may hold."""

    name: ClassVar[str]

    @abstractmethod
    def __call__(self, text: str) -> str:
        """The text without what must not be kept."""

    def field(self, name: str, text: str) -> str:  # noqa: ARG002 - most rules look at the text alone
        """The same for the whole value of a field: of a JSON object's key, or of an attribute."""
        return self(text)


def rules_of(specs: Iterable[RedactionSpec]) -> tuple[Redaction, ...]:
    """The redactions that stand for what was given, in its order.

    Raises:
        InvalidArgumentError: one of them is nothing that can redact.
        MissingPackageError: ``presidio`` is named and not installed.
    """
    return tuple(map(_rule, specs))


def _rule(spec: RedactionSpec) -> Redaction:
    if isinstance(spec, str):
        return _built_in(spec)
    if isinstance(spec, re.Pattern):
        return Rule("redacted", spec)
    if callable(spec):
        return spec
    raise InvalidArgumentError(f"redact: {spec!r} is no function, pattern, verspan.redaction.Rule or name of a rule")


def _built_in(name: str) -> Redaction:
    home = _BUILT_IN.get(name)
    if home is None:
        raise InvalidArgumentError(f"redact: {name!r} is none of {', '.join(BUILT_IN_NAMES)}")
    rules: dict[str, Callable[[], Redaction]] = import_module(home).RULES
    return rules[name]()
