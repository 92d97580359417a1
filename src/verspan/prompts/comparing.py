"""How two versions of a prompt differ: message by message, line by line, word by word."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any, Final, Literal, TypeVar

from verspan.prompts.loading import load_prompt
from verspan.prompts.model import PromptContent, PromptVersion
from verspan.prompts.templates import Template

Kind = Literal["equal", "removed", "added", "changed"]
_WORDS: Final = re.compile(r"\w+|\s+|[^\w\s]")
_MOST_WORDS: Final = 1_000  # of a line: comparing takes up to the square of their number
_MOST_ITEMS: Final = 2_000  # likewise; where there are more, lines that are there very often are not paired
_ALIKE: Final = 0.5  # of their words in common make two lines one that was changed
_Item = TypeVar("_Item", bound=Hashable)


@dataclass(frozen=True)
class Piece:
    """Some words of a changed line."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class LineDiff:
    """A line of either version, or one that was changed."""

    kind: Kind
    before: str | None
    """None for a line that was added."""
    after: str | None
    """None for a line that was removed."""
    pieces: Sequence[Piece] = ()
    """The words of a changed line."""


@dataclass(frozen=True)
class MessageDiff:
    """A message of either chat, or one that was changed; a text is compared as a single message without role."""

    kind: Kind
    role: str | None
    lines: Sequence[LineDiff]


@dataclass(frozen=True)
class FieldDiff:
    """Something beside the template that is not the same."""

    field: str
    """Such as ``variables.question``, ``model_config.temperature`` or ``response_format``."""
    before: Any
    """None where there is none."""
    after: Any


@dataclass(frozen=True)
class PromptDiff:
    """The difference of two versions of a prompt, or of two prompts."""

    before: PromptVersion
    after: PromptVersion
    messages: Sequence[MessageDiff]
    """All of them, those that are the same included."""
    fields: Sequence[FieldDiff]

    @property
    def same(self) -> bool:
        """Whether the contents are the same."""
        return self.before.digest == self.after.digest


def diff_prompts(before: str | PromptVersion, after: str | PromptVersion) -> PromptDiff:
    """How two versions of a prompt differ.

    ::

        verspan.diff_prompts("prompts:/support/2", "prompts:/support@production").messages

    Args:
        before: a version, or what :func:`verspan.load_prompt` takes.
        after: likewise.

    Raises:
        NotFoundError: there is no such version.
        StoreError: the store cannot be read.
    """
    return compared(*(each if isinstance(each, PromptVersion) else _loaded(each) for each in (before, after)))


def compared(before: PromptVersion, after: PromptVersion) -> PromptDiff:
    """How two versions of a prompt differ."""
    spoken = _aligned(_spoken(before.template), _spoken(after.template), lambda old, new: old[0] == new[0])
    return PromptDiff(before, after, [_message(*pair) for pair in spoken], list(_fields(before.content, after.content)))


def _loaded(address: str) -> PromptVersion:
    return load_prompt(address, link_to_model=False)


def _spoken(template: Template) -> list[tuple[str | None, str]]:
    """The messages of a template, each with its role and its content as text."""
    if isinstance(template, str):
        return [(None, template)]
    return [(message["role"], _text(message["content"])) for message in template]


def _text(content: Any) -> str:
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=2)


def _message(before: tuple[str | None, str] | None, after: tuple[str | None, str] | None) -> MessageDiff:
    old, new = (each[1].splitlines() if each else [] for each in (before, after))
    role, _ = after or before or (None, "")
    return MessageDiff(_kind(before, after), role, [_line(*pair) for pair in _aligned(old, new, _are_alike)])


def _line(before: str | None, after: str | None) -> LineDiff:
    kind = _kind(before, after)
    pieces = list(_pieces(_words(before or ""), _words(after or ""))) if kind == "changed" else ()
    return LineDiff(kind, before, after, pieces)


def _pieces(before: Sequence[str], after: Sequence[str]) -> Iterator[Piece]:
    for operation, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if operation == "equal":
            yield Piece("equal", "".join(before[start:end]))
            continue
        if end > start:
            yield Piece("removed", "".join(before[start:end]))
        if new_end > new_start:
            yield Piece("added", "".join(after[new_start:new_end]))


def _kind(before: object, after: object) -> Kind:
    if before == after:
        return "equal"
    return "added" if before is None else "removed" if after is None else "changed"


def _are_alike(before: str, after: str) -> bool:
    """Whether one line is to be shown as the other, changed."""
    old, new = _words(before), _words(after)
    if max(len(old), len(new)) > _MOST_WORDS:
        return False
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE


def _words(line: str) -> list[str]:
    return _WORDS.findall(line)


def _aligned(
    before: Sequence[_Item], after: Sequence[_Item], alike: Callable[[_Item, _Item], bool]
) -> Iterator[tuple[_Item | None, _Item | None]]:
    """Items that belong together, in pairs; None stands beside one that was removed or added."""
    junk = max(len(before), len(after)) > _MOST_ITEMS
    for operation, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=junk).get_opcodes():
        for old, new in zip_longest(before[start:end], after[new_start:new_end]):
            if operation == "equal" or old is None or new is None or alike(old, new):
                yield old, new
            else:
                yield from ((old, None), (None, new))


def _fields(before: PromptContent, after: PromptContent) -> Iterator[FieldDiff]:
    old, new = _by_field(before), _by_field(after)
    for field in sorted(old.keys() | new.keys()):
        if old.get(field) != new.get(field):
            yield FieldDiff(field, old.get(field), new.get(field))


def _by_field(content: PromptContent) -> Mapping[str, Any]:
    variables = {f"variables.{each.name}": _declaration(asdict(each)) for each in content.variables}
    config = {f"model_config.{name}": value for name, value in (content.model_config or {}).items()}
    return {**variables, **config, "response_format": content.response_format}


def _declaration(variable: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in variable.items() if name != "name"}
