"""Filters in words: names, texts, numbers and signs, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from verspan.errors import InvalidArgumentError

MAX_LENGTH: Final = 10_000  # characters; a list of two hundred names has as many
_SHOWN_BEFORE: Final = 60  # characters of a filter that an error shows before its place
_SHOWN_AFTER: Final = 20


class TokenKind(str, Enum):
    """What a token is, in the words of error messages."""

    WORD = "a name"
    IDENTIFIER = "a name in `"
    TEXT = "a text"
    NUMBER = "a number"
    OPERATOR = "an operator"
    SIGN = "a sign"
    END = "the end"


@dataclass(frozen=True)
class Token:
    """A word of a filter."""

    kind: TokenKind
    value: str
    """What it says: of texts and quoted names what is between the quotes."""
    start: int
    """Where it begins, in characters from 0 on."""

    def is_word(self, *words: str) -> bool:
        """Whether it is one of the keywords."""
        return self.kind is TokenKind.WORD and self.value.upper() in words

    def is_sign(self, sign: str) -> bool:
        """Whether it is this sign."""
        return self.kind is TokenKind.SIGN and self.value == sign


# A name may go on after a dot, hyphen or slash, since names of metrics and tags do: recall/mean, mlflow.source.name.
_TOKEN: Final = re.compile(
    r"""\s*(?:
        (?P<NUMBER>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\w.])
      | (?P<WORD>[^\W\d]\w*(?:[./-]+\w+)*)
      | (?P<TEXT>'(?:[^']|'')*'|"(?:[^"]|"")*")
      | (?P<IDENTIFIER>`(?:[^`]|``)+`)
      | (?P<OPERATOR><=|>=|!=|<>|==|=|<|>)
      | (?P<SIGN>[.(),])
      | (?P<END>\Z)
    )""",
    re.VERBOSE,
)
_SAME: Final = {"<>": "!=", "==": "="}


def misread(text: str, start: int, problem: str) -> InvalidArgumentError:
    """The error for a filter that cannot be understood, with a caret under the place.

    Args:
        text: the whole filter.
        start: the place, in characters from 0 on.
        problem: what is wrong, without a full stop.
    """
    first = max(0, start - _SHOWN_BEFORE)
    shown = text[first : start + _SHOWN_AFTER]
    clean = "".join(character if character.isprintable() else " " for character in shown)
    before, after = "…" * (first > 0), "…" * (start + _SHOWN_AFTER < len(text))
    caret = " " * (len(before) + start - first) + "^"
    return InvalidArgumentError(f"{problem}, at character {start + 1} of\n  {before}{clean}{after}\n  {caret}")


def tokens_of(text: str) -> Iterator[Token]:
    """The tokens of a filter, of which the last is its end.

    Raises:
        InvalidArgumentError: the text is too long, or something in it is no token.
    """
    if len(text) > MAX_LENGTH:
        raise InvalidArgumentError(f"the filter has {len(text)} characters, and {MAX_LENGTH} is the most")
    position = 0
    while True:
        found = _TOKEN.match(text, position)
        if found is None or found.lastgroup is None:
            raise _no_token(text, position)
        yield _token(found.lastgroup, found[found.lastgroup], found.start(found.lastgroup))
        if found.lastgroup == TokenKind.END.name:
            return
        position = found.end()


def _token(group: str, written: str, start: int) -> Token:
    kind = TokenKind[group]
    if kind in (TokenKind.TEXT, TokenKind.IDENTIFIER):
        quote = written[0]
        return Token(kind, written[1:-1].replace(quote * 2, quote), start)
    return Token(kind, _SAME.get(written, written) if kind is TokenKind.OPERATOR else written, start)


def _no_token(text: str, position: int) -> InvalidArgumentError:
    while text[position].isspace():
        position += 1
    if text[position] in "'\"`":
        return misread(text, position, f"the quotation mark {text[position]} is not closed")
    return misread(text, position, f"{text[position]!r} has no meaning here")
