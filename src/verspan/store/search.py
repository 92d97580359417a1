"""The index of words: which traces hold them.

It is SQLite's FTS5 without a copy of the texts and without positions, the smallest it can be: a word is in a trace or
is not. What FTS5 calls a row is a trace, and its words come as its spans do; where a word of a row is told again, FTS5
goes by the newest telling, which says the same.

So that looking up is exact, words are told apart here and not by FTS5: in ASCII text both do the same, and any other
text is rewritten as its words, which FTS5's `ascii` tokenizer takes apart at blanks alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy import ColumnElement, Connection, Integer, String, bindparam, column, insert, select, table, text, true

from verspan.store import tables
from verspan.store.statements import Statement

# Languages that put no blanks between words are indexed by character.
_WORD = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]|[^\W_\u2e80-\u9fff\uac00-\ud7af]+")
_index = table("trace_words", column("rowid", Integer), column("words", String), column("trace_words", String))
_INSERT = Statement(insert(_index).values(rowid=bindparam("rowid"), words=bindparam("words")))
_REMEMBERED = 200_000  # some 15 MB: the history of a thousand agents at work
_BODY_KEY_BITS = 48


def create_index(connection: Connection) -> None:
    """Make the index; part of the first version of the schema."""
    options = "content='', detail=none, columnsize=0, tokenize='ascii'"
    connection.execute(text(f"CREATE VIRTUAL TABLE trace_words USING fts5(words, {options})"))
    # FTS5 merges what so many batches have added; with the default of 4 it writes everything once more on the way.
    connection.execute(text("INSERT INTO trace_words (trace_words, rank) VALUES ('automerge', 16)"))


def add_to_index(connection: Connection, texts: Mapping[int, Iterable[str]]) -> None:
    """Index what traces say, by their keys."""
    _INSERT.run_for_each(
        connection,
        ((key, _indexable("\n".join(texts[key]))) for key in sorted(texts)),
    )


def holds_words(words: str) -> ColumnElement[bool]:
    """The condition that a trace holds all words of a text, in whatever order and case; no words are in every trace."""
    # Quoted, a word is never read as FTS5's syntax; it has no quotes in it.
    query = " ".join(f'"{word}"' for word in _words(words))
    if not query:
        return true()
    return tables.traces.c.trace_key.in_(select(_index.c.rowid).where(_index.c.trace_words.op("MATCH")(query)))


def _indexable(words: str) -> str:
    return words.replace("\0", " ") if words.isascii() else " ".join(_words(words))


def _words(words: str) -> Sequence[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", words).casefold())


class IndexMemory:
    """Which bodies of which traces this process has indexed: an agent's history need not be indexed with every turn.

    To forget is harmless, since indexing again changes nothing. It is used by whoever holds the write lock.
    """

    def __init__(self) -> None:
        self._indexed: set[int] = set()

    @contextmanager
    def transaction(self) -> Iterator[IndexChange]:
        """What one transaction indexes, remembered if it succeeds."""
        change = IndexChange(self._indexed)
        yield change
        if len(self._indexed) > _REMEMBERED:
            self._indexed.clear()
        self._indexed |= change.new


class IndexChange:
    """What one transaction indexes: a trace and a body as one number, of which hundreds of thousands weigh little."""

    def __init__(self, indexed: set[int]) -> None:
        self._indexed = indexed
        self.new: set[int] = set()

    def is_new(self, trace_key: int, body_key: int) -> bool:
        """Whether a trace's body is still to be indexed; from now on it is not."""
        pair = trace_key << _BODY_KEY_BITS | body_key
        if pair in self._indexed or pair in self.new:
            return False
        self.new.add(pair)
        return True
