"""Hunks for a terminal: code by its words, and other texts by the words that changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from verspan.cli.terminal import one_line, printable
from verspan.diffing.model import Hunk
from verspan.diffing.rendering.highlighting import hunk_words, is_prose
from verspan.diffing.texts import in_words

if TYPE_CHECKING:
    from rich.text import Text

_TAB: Final = 4
_INDENT: Final = "    "
_SIGN_STYLES: Final = {"+": "green", "-": "red", "\\": "dim"}
_WORD_STYLES: Final = {"+": "bold reverse green", "-": "bold reverse red"}
_KIND_STYLES: Final = {
    "keyword": "magenta",
    "string": "yellow",
    "comment": "italic dim",
    "number": "cyan",
    "name": "blue",
}

_Line = tuple[str, Sequence[tuple[str, str]]]
"""The sign of a line, and its pieces with the style of each."""


def code_hunk(path: str, hunk: Hunk, *, coloured: bool) -> Text:
    """A hunk of a file, with where it is above it.

    Args:
        path: the file's, which says which language it is in.
        hunk: its lines.
        coloured: whether the words are shown by what they are, which takes a lexer its time.
    """
    position = f"@@ -{hunk.before_start},{hunk.before_count} +{hunk.after_start},{hunk.after_count} @@ {hunk.heading}"
    text = _text(_code_lines(path, hunk) if coloured else [(line[0], [(line[1:], "")]) for line in hunk.lines])
    return type(text).assemble((one_line(position).rstrip() + "\n", "cyan"), text, overflow="fold")


def _code_lines(path: str, hunk: Hunk) -> list[_Line]:
    if is_prose(path):
        return _marked(hunk)
    lines = hunk_words(path, hunk.lines)
    return [(sign, [(word.text, _KIND_STYLES.get(word.kind, "")) for word in words]) for sign, words in lines]


def text_hunk(hunk: Hunk) -> Text:
    """A hunk of a text, with the words marked that changed."""
    return _text(_marked(hunk), _INDENT)


def _marked(hunk: Hunk) -> list[_Line]:
    return [
        (line.sign, [(piece.text, _WORD_STYLES.get(line.sign, "") if piece.changed else "") for piece in line.pieces])
        for line in in_words(hunk)
    ]


def _text(lines: Iterable[_Line], indent: str = "") -> Text:
    # One text for all lines: the console takes its time for each.
    from rich.text import Text

    text = Text(overflow="fold")
    for number, (sign, pieces) in enumerate(lines):
        style = _SIGN_STYLES.get(sign, "")
        text.append(f"\n{indent}" if number else indent).append(sign, style)
        for piece, own_style in pieces:
            text.append(printable(piece.expandtabs(_TAB)), f"{style} {own_style}".strip())
    return text
