"""The words of code by what they are, for hunks that are shown in colour."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any, Final

_MOST_CHARACTERS: Final = 100_000
"""Of one hunk: a lexer reads about a million in a second."""
_KINDS: Final = ("Keyword", "String", "Comment", "Number", "Name.Function", "Name.Class", "Name.Decorator")


_PROSE: Final = frozenset(
    (".csv", ".ini", ".j2", ".jinja", ".json", ".md", ".prompt", ".rst", ".toml", ".txt", ".yaml", ".yml")
)
"""Endings of files in which whole sentences stand, such as those of prompts."""


def is_prose(path: str) -> bool:
    """Whether the words that changed in a file say more than what kind they are of."""
    return PurePosixPath(path).suffix.lower() in _PROSE


@dataclass(frozen=True)
class Word:
    """A run of characters of one kind."""

    text: str
    kind: str
    """``keyword``, ``string``, ``comment``, ``number``, ``name``; empty for anything else."""


def code_words(path: str, lines: Sequence[str]) -> list[list[Word]]:
    """The words of each line of a piece of code.

    Args:
        path: the file's, whose ending says which language it is in.
        lines: without their ends.

    Returns:
        A list of words for each line, whose texts together are the line.
    """
    plain = [[Word(line, "")] for line in lines]
    lexer = _lexer(PurePosixPath(path).suffix)
    if lexer is None or sum(map(len, lines)) > _MOST_CHARACTERS:
        return plain
    highlighted: list[list[Word]] = [[]]
    kinds = ((_kind(str(token)), text) for token, text in lexer.get_tokens("\n".join(lines)))
    for kind, run in itertools.groupby(kinds, key=lambda found: found[0]):
        first, *others = "".join(text for _, text in run).split("\n")
        highlighted[-1].append(Word(first, kind))
        highlighted += [[Word(other, kind)] for other in others]
    same = ["".join(word.text for word in words) for words in highlighted[: len(lines)]] == list(lines)
    return highlighted[: len(lines)] if same else plain  # a lexer normalises characters that it takes for line ends


@lru_cache(maxsize=256)
def _lexer(suffix: str) -> Any | None:
    from pygments.lexers import get_lexer_for_filename  # type: ignore[import-untyped]  # it comes without types

    try:
        return get_lexer_for_filename(f"file{suffix}", stripnl=False, ensurenl=False)
    except ValueError:  # it knows none
        return None


@lru_cache(maxsize=512)
def _kind(token: str) -> str:
    found = next((kind for kind in _KINDS if f".{kind}" in token), "")
    return found.partition(".")[0].lower()


def hunk_words(path: str, hunk_lines: Sequence[str]) -> list[tuple[str, list[Word]]]:
    """The sign and the words of each line of a hunk; the lines of either version are read as one piece of code."""
    told: dict[int, list[Word]] = {}
    for other in "+-":
        numbers = [number for number, line in enumerate(hunk_lines) if line[0] not in ("\\", other)]
        words = code_words(path, [hunk_lines[number][1:] for number in numbers])
        told.update(zip(numbers, words, strict=True))
    return [(line[0], told.get(number, [Word(line[1:], "")])) for number, line in enumerate(hunk_lines)]
