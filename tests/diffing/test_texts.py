"""The differences of texts, and of their words."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from verspan.diffing.model import Hunk
from verspan.diffing.texts import Piece, PiecedLine, in_words, text_hunks, value_hunks


def test_hunks() -> None:
    """A text is compared by lines, and a missing line end counts."""
    assert text_hunks("one\ntwo\n", "one\ntwo\n") == []
    assert text_hunks("one\ntwo\n", "one\n2") == [
        Hunk(1, 2, 1, 2, "", [" one", "-two", "+2", "\\ No newline at end of file"])
    ]
    assert text_hunks("", "one\n") == [Hunk(0, 0, 1, 1, "", ["+one"])]


@pytest.mark.parametrize("seed", range(10))
def test_hunks_apply(tmp_path: Path, seed: int) -> None:
    """The hunks make the second text of the first, by the measure of git."""
    chance = random.Random(seed)  # noqa: S311 - the same texts in every run
    before, after = ("".join(chance.choices(("a\n", "b\n", "c\r\n", "\n"), k=20)) + "end" for _ in range(2))
    (tmp_path / "text").write_bytes(before.encode())
    lines = ["--- a/text", "+++ b/text"]
    for hunk in text_hunks(before, after):
        position = f"@@ -{hunk.before_start},{hunk.before_count} +{hunk.after_start},{hunk.after_count} @@"
        lines += [position, *hunk.lines]
    apply = ["git", "apply", "--whitespace=nowarn", "-"]
    subprocess.run(apply, cwd=tmp_path, input="\n".join([*lines, ""]).encode(), check=True)
    assert (tmp_path / "text").read_bytes() == after.encode()


def test_words() -> None:
    """In lines that took the place of others, the words are marked that changed."""
    hunk = Hunk(1, 3, 1, 3, "", [" Hello.", "-Be kind and short.", "+Be kind, exact", "+and short.", " Bye."])
    more = [Piece(" ", changed=False), Piece("exact", changed=True)]
    assert in_words(hunk) == [
        PiecedLine(" ", [Piece("Hello.", changed=False)]),
        PiecedLine("-", [Piece("Be kind and short.", changed=False)]),
        PiecedLine("+", [Piece("Be kind", changed=False), Piece(",", changed=True), *more]),
        PiecedLine("+", [Piece("and short.", changed=False)]),
        PiecedLine(" ", [Piece("Bye.", changed=False)]),
    ]


def test_words_beside_a_missing_line_end() -> None:
    """Remarks on missing line ends stay with their lines, and keep no lines apart."""
    remark = "\\ No newline at end of file"
    (_, first, second, third, fourth) = in_words(Hunk(1, 2, 1, 2, "", [" a", "-b c", remark, "+b d", remark]))
    assert first == PiecedLine("-", [Piece("b ", changed=False), Piece("c", changed=True)])
    assert third == PiecedLine("+", [Piece("b ", changed=False), Piece("d", changed=True)])
    assert second == fourth == PiecedLine("\\", [Piece(remark[1:], changed=False)])


def test_values() -> None:
    """Of two values without an end of their last line that is not said; where only one has it, it is."""
    assert value_hunks("one", "two") == [Hunk(1, 1, 1, 1, "", ["-one", "+two"])]
    assert value_hunks("one\n", "one") == [
        Hunk(1, 1, 1, 1, "", ["-one", "+one", "\\ No newline at end of file"]),
    ]


def test_lines_without_counterpart() -> None:
    """Lines that only came or only went are whole."""
    assert in_words(Hunk(1, 0, 1, 1, "", ["+new"])) == [PiecedLine("+", [Piece("new", changed=False)])]


@pytest.mark.parametrize("seed", range(20))
def test_words_are_the_lines(seed: int) -> None:
    """The pieces of every line together are the line, in the order of the hunk."""
    chance = random.Random(seed)  # noqa: S311 - the same hunks in every run
    before, after = (" ".join(chance.choices(("one", "two", ".", "\n"), k=40)) for _ in range(2))
    for hunk in text_hunks(before, after):
        lines = [line.sign + "".join(piece.text for piece in line.pieces) for line in in_words(hunk)]
        assert lines == list(hunk.lines)


def test_long_runs_are_whole() -> None:
    """Runs of very many words are not compared word by word, which would take the square of the time."""
    before, after = ("word " * 3000 + end for end in ("one", "two"))
    (hunk,) = text_hunks(before, after)
    assert [len(line.pieces) for line in in_words(hunk) if line.sign in "+-"] == [1, 1]
