"""The difference of two texts: hunks of lines, and the words that changed within them."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from verspan.diffing.model import Hunk

_CONTEXT: Final = 3
_WORD: Final = re.compile(r"\s+|\w+|.", re.DOTALL)
_MOST_WORDS: Final = 4_000
"""Words of one run of lines; the time that their comparison takes grows with the square."""
_MANY_LINES: Final = 10_000
"""Of both texts; from there on lines that are there very often are not paired, which would take its time."""
_REMARK: Final = "\\"
_NO_LINE_END: Final = "\\ No newline at end of file"


def text_hunks(before: str, after: str) -> list[Hunk]:
    """What differs between two texts, with three lines around it."""
    first, second = _lines(before), _lines(after)
    many = len(first) + len(second) > _MANY_LINES
    groups = difflib.SequenceMatcher(None, first, second, autojunk=many).get_grouped_opcodes(_CONTEXT)
    return [_hunk(first, second, group) for group in groups]


def value_hunks(before: str, after: str) -> list[Hunk]:
    """What differs between two values; that a last line has no end counts only where the other's has one."""
    neither_ends = not before.endswith("\n") and not after.endswith("\n")
    end = "\n" if neither_ends and before and after else ""
    return text_hunks(before + end, after + end)


@dataclass(frozen=True)
class Piece:
    """A part of a line."""

    text: str
    changed: bool
    """Whether the other text has something else in its place."""


@dataclass(frozen=True)
class PiecedLine:
    """A line of a hunk in pieces."""

    sign: str
    """``-``, ``+``, a blank or ``\\``."""
    pieces: Sequence[Piece]


def in_words(hunk: Hunk) -> list[PiecedLine]:
    """The lines of a hunk, with the words marked that changed in lines which took the place of others."""
    told: list[PiecedLine] = []
    for removed, added, others in _runs(hunk.lines):
        told += _in_pieces(removed, added)
        told += map(_whole, others)
    return told


def _lines(text: str) -> list[str]:
    """The lines of a text; one without its line end is another than one with it."""
    return text.splitlines(keepends=True) if "\r" not in text else re.findall(r"[^\n]*\n|[^\n]+", text)


_Opcodes = Sequence[tuple[str, int, int, int, int]]


def _hunk(before: Sequence[str], after: Sequence[str], group: _Opcodes) -> Hunk:
    lines: list[str] = []
    for kind, start, end, after_start, after_end in group:
        if kind == "equal":
            lines += _signed(" ", before[start:end])
        else:
            lines += _signed("-", before[start:end])
            lines += _signed("+", after[after_start:after_end])
    first, last = group[0], group[-1]
    before_count, after_count = last[2] - first[1], last[4] - first[3]
    return Hunk(first[1] + bool(before_count), before_count, first[3] + bool(after_count), after_count, "", lines)


def _signed(sign: str, lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        yield sign + line.removesuffix("\n")
        if not line.endswith("\n"):
            yield _NO_LINE_END


def _runs(lines: Sequence[str]) -> Iterator[tuple[list[str], list[str], list[str]]]:
    """Lines that go, those that come in their place, and the others up to the next that go or come.

    A remark on a missing line end stays with its line.
    """
    removed: list[str] = []
    added: list[str] = []
    others: list[str] = []
    latest = others
    for line in lines:
        sign = line[0]
        if (sign in "-+" and others) or (sign == "-" and added):
            yield removed, added, others
            removed, added, others = [], [], []
        latest = latest if sign == _REMARK else {"-": removed, "+": added}.get(sign, others)
        latest.append(line)
    yield removed, added, others


def _in_pieces(removed: Sequence[str], added: Sequence[str]) -> list[PiecedLine]:
    before, after = _words(removed), _words(added)
    if not before or not after or len(before) + len(after) > _MOST_WORDS:
        return [_whole(line) for line in (*removed, *added)]
    opcodes = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [
        *_broken("-", [(word, kind != "equal") for kind, i, j, _, _ in opcodes for word in before[i:j]]),
        *_remarks(removed),
        *_broken("+", [(word, kind != "equal") for kind, _, _, i, j in opcodes for word in after[i:j]]),
        *_remarks(added),
    ]


def _words(lines: Sequence[str]) -> list[str]:
    return _WORD.findall("\n".join(line[1:] for line in lines if line[0] != _REMARK))


def _remarks(lines: Sequence[str]) -> list[PiecedLine]:
    return [_whole(line) for line in lines if line[0] == _REMARK]


def _whole(line: str) -> PiecedLine:
    return PiecedLine(line[0], [Piece(line[1:], changed=False)])


def _broken(sign: str, words: Iterable[tuple[str, bool]]) -> list[PiecedLine]:
    """The words of a text of many lines as lines, neighbours of one kind in one piece."""
    lines: list[list[Piece]] = [[]]
    for changed, run in itertools.groupby(words, key=lambda word: word[1]):
        first, *others = "".join(text for text, _ in run).split("\n")
        lines[-1] += [Piece(first, changed)] if first else []
        lines += [[Piece(text, changed)] if text else [] for text in others]
    return [PiecedLine(sign, line) for line in lines]
