"""Markdown in which untrusted text stands: tables, folded blocks, and what fits a comment on a pull request."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Final

from verspan.cli.terminal import one_line

MOST_CHARACTERS: Final = 60_000
"""GitHub takes 65,536, and some are for what stands around it."""
BACKTICKS: Final = re.compile(r"`+")
_MARKS: Final = re.compile(r"([\\`*_\[\]<>&|~$])")
_REFERENCES: Final = re.compile(r"([@#:])(?=[\w/])")
_LINE: Final = 2_000
"""Characters of a sentence."""
_CELL: Final = 160
"""Characters of one value."""


def fitted(blocks: Iterable[str], rest: Callable[[int], str], most: int = MOST_CHARACTERS) -> str:
    """The blocks that there is room for, in their order, and a line on what is left out.

    Args:
        blocks: each whole or not at all.
        rest: the line for a number of blocks that are left out.
        most: how many characters there may be.
    """
    kept: list[str] = []
    room = most
    left_out = 0
    for block in blocks:
        if len(block) > room:
            left_out += 1
            continue
        kept.append(block)
        room -= len(block) + len("\n\n")
    if left_out:
        kept.append(rest(left_out))
    return "\n\n".join(kept) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; its cells are Markdown already."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))


def details(summary: str, block: str) -> str:
    """A block that is opened by a click on its summary, which is HTML."""
    return f"<details><summary>{summary}</summary>\n\n{block}\n\n</details>"


def code_span(text: str) -> str:
    """A text as code, in which nobody is mentioned and nothing is linked."""
    shown = _shortened(one_line(text), _CELL)
    marks = "`" * (max(map(len, BACKTICKS.findall(shown)), default=0) + 1)
    blank = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{marks}{blank}{shown}{blank}{marks}"


def cell(text: str, most: int = 2 * _CELL) -> str:
    """Markdown that may stand in a table."""
    return _shortened(one_line(text), most).replace("|", "\\|")


def plain(text: str) -> str:
    """A text that is no Markdown, also in a table: nothing in it is set, linked or loaded, and nobody is mentioned."""
    shown = _MARKS.sub(r"\\\1", _shortened(one_line(text), _LINE))
    return _REFERENCES.sub(r"\1<!-- -->", shown)  # a comment parts what GitHub would make a reference of


def escaped(text: str) -> str:
    """A text as HTML shows it, on one line."""
    return escape(_shortened(one_line(text), _CELL))


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
