"""The index of words: which bodies hold them, and from there which traces.

It is SQLite's FTS5 without a copy of the texts and without positions, the smallest it can be: a word is in a body or
is not. So that looking up is exact, words are told apart here and not by FTS5: in ASCII text both do the same, and any
other text is rewritten as its words, which FTS5's `ascii` tokenizer takes apart at blanks alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    String,
    and_,
    bindparam,
    column,
    insert,
    select,
    table,
    text,
    true,
)

from verspan.store import tables
from verspan.store.statements import ManyRows

# Languages that put no blanks between words are indexed by character.
_WORD = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]|[^\W_\u2e80-\u9fff\uac00-\ud7af]+")
_index = table("body_words", column("rowid", Integer), column("words", String), column("body_words", String))
_INSERT = ManyRows(insert(_index).values(rowid=bindparam("rowid"), words=bindparam("words")))


def create_index(connection: Connection) -> None:
    """Make the index; part of the first version of the schema."""
    connection.execute(
        text(
            "CREATE VIRTUAL TABLE body_words USING fts5(words, content='', detail=none, columnsize=0, tokenize='ascii')"
        )
    )


def add_to_index(connection: Connection, texts: Iterable[tuple[int, str]]) -> None:
    """Index the texts of new bodies, each with the body's key."""
    _INSERT.execute(connection, ({"rowid": key, "words": _indexable(words)} for key, words in texts))


def traces_with(words: str) -> ColumnElement[bool]:
    """The condition that a trace's bodies hold all words of a text, in whatever body, order and case."""
    return and_(true(), *(_traces_with_word(word) for word in _words(words)))


def _traces_with_word(word: str) -> ColumnElement[bool]:
    # Quoted, a word is never read as FTS5's syntax; it has no quotes in it.
    found = select(_index.c.rowid).where(_index.c.body_words.op("MATCH")(f'"{word}"'))
    holding = select(tables.trace_bodies.c.trace_key).where(tables.trace_bodies.c.body_key.in_(found))
    return tables.traces.c.trace_key.in_(holding)


def _indexable(words: str) -> str:
    return words.replace("\0", " ") if words.isascii() else " ".join(_words(words))


def _words(words: str) -> Sequence[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", words).casefold())
