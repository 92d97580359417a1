"""The difference of the code, between states of real repositories."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from verspan.diffing.code import CodeComparison, compare_code
from verspan.diffing.model import Commit, FileDiff
from verspan.versions.capture.code import read_code
from verspan.versions.capture.model import CodeState, FileMode, FileState, Omission, OmissionReason

Git = Callable[..., str]
Read = Callable[[Path], CodeState]
Told = list[tuple[str, str, int, int, str | None]]


def told(comparison: CodeComparison) -> Told:
    """Status, path and lines of the files that differ."""
    assert comparison.diff is not None
    return [
        (file.status.value, file.path, file.added, file.removed, file.former_path) for file in comparison.diff.files
    ]


def only_file(comparison: CodeComparison) -> FileDiff:
    assert comparison.diff is not None
    (file,) = comparison.diff.files
    return file


def test_same_state(repository: Path, read: Read) -> None:
    """A state does not differ from itself, with all that is changed in it."""
    (repository / "app.py").write_text("print(1)\n")
    (repository / "new.py").write_text("new\n")
    state = read(repository)
    comparison = compare_code(state, state, repository)
    assert (told(comparison), comparison.reasons) == ([], [])
    assert comparison.diff is not None
    assert comparison.diff.same
    assert (comparison.diff.ahead, comparison.diff.behind, comparison.diff.patch) == ([], [], b"")


def test_commits(git: Git, repository: Path, read: Read) -> None:
    """The log between is told in both directions, with authors and times."""
    git(repository, "switch", "-q", "-c", "other")
    git(repository, "commit", "-q", "--allow-empty", "-m", "On the other branch")
    first = read(repository)
    git(repository, "switch", "-q", "main")
    (repository / "app.py").write_text("print(2)\n")
    git(repository, "commit", "-q", "-a", "-m", "Print two\n\nSince one is not enough.")
    second = read(repository)
    comparison = compare_code(first, second, repository)
    assert comparison.diff is not None
    assert second.commit
    assert first.commit
    who, when = "somebody@example.com", 1_767_225_600_000
    assert comparison.diff.ahead == [Commit(second.commit, who, when, "Print two")]
    assert comparison.diff.behind == [Commit(first.commit, who, when, "On the other branch")]
    assert told(comparison) == [("modified", "app.py", 1, 1, None)]


def test_uncommitted(git: Git, repository: Path, read: Read) -> None:
    """Changed, untracked, deleted and renamed files count, whether git's index knows of them or not."""
    (repository / "long.txt").write_text("".join(f"line {number}\n" for number in range(30)))
    (repository / "tool.sh").write_text("true\n")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "More")
    first = read(repository)
    (repository / "long.txt").rename(repository / "moved.txt")
    (repository / "app.py").unlink()
    (repository / "tool.sh").chmod(0o755)
    (repository / "caf\udce9.bin").write_bytes(bytes(range(256)))
    (repository / "link").symlink_to("moved.txt")
    assert told(compare_code(first, read(repository), repository)) == snapshot(
        [
            ("removed", "app.py", 0, 1, None),
            ("added", "caf\\xe9.bin", 0, 0, None),
            ("added", "link", 1, 0, None),
            ("renamed", "moved.txt", 0, 0, "long.txt"),
            ("modified", "tool.sh", 0, 0, None),
        ]
    )


def test_untouched(git: Git, repository: Path, read: Read) -> None:
    """Neither the working tree, the index, references nor objects of the repository are touched."""
    first = read(repository)
    (repository / "app.py").write_text("print(1)\n")
    (repository / "new.py").write_text("new\n")
    second = read(repository)
    before = _everything_in(repository)
    compare_code(first, second, repository)
    assert _everything_in(repository) == before


def _everything_in(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_hunks_have_the_function(git: Git, repository: Path, read: Read) -> None:
    """A hunk says in which function it is."""
    lines = [f"    a = {number}\n" for number in range(9)]
    (repository / "app.py").write_text("".join(["class Shop:\n", "  def answer(self):\n", *lines]))
    git(repository, "commit", "-q", "-a", "-m", "Answer")
    first = read(repository)
    (repository / "app.py").write_text("".join(["class Shop:\n", "  def answer(self):\n", *lines[:-1], "    b = 1"]))
    (hunk,) = only_file(compare_code(first, read(repository), repository)).hunks
    assert (hunk.before_start, hunk.before_count, hunk.after_start, hunk.after_count) == (8, 4, 8, 4)
    assert hunk.heading == "def answer(self):"
    assert list(hunk.lines) == [
        *("     a = 5", "     a = 6", "     a = 7", "-    a = 8", "+    b = 1"),
        "\\ No newline at end of file",
    ]


@pytest.mark.parametrize("seed", range(12))
def test_patch_makes_the_other_state(git: Git, tmp_path: Path, read: Read, seed: int) -> None:
    """The patch of a difference, applied to the files of the first state, gives those of the second, byte for byte."""
    history = _History(tmp_path / "repository", git, seed)
    states = []
    for number in range(4):
        for _ in range(8):
            history.step()
        copy = tmp_path / f"state{number}"
        shutil.copytree(history.root, copy, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        states.append((read(history.root), copy))
    first, *_, last = states
    for (before, copy), (after, expected) in ((first, last), (last, first), (states[1], states[2])):
        comparison = compare_code(before, after, history.root)
        assert comparison.diff is not None
        assert comparison.reasons == []
        assert comparison.diff.patch is not None
        place = tmp_path / "applied"
        shutil.copytree(copy, place, symlinks=True)
        if comparison.diff.patch:
            apply = ["git", "apply", "--whitespace=nowarn", "-"]
            subprocess.run(apply, cwd=place, input=comparison.diff.patch, check=True)
        assert _files(place) == _files(expected)
        shutil.rmtree(place)


class _History:
    """A repository in which files come, change, move and go, some committed and some not."""

    def __init__(self, root: Path, git: Git, seed: int) -> None:
        self.root = root
        self._git = git
        self._random = random.Random(seed)  # noqa: S311 - the same history in every run
        root.mkdir()
        git(root, "init", "-q", "-b", "main")

    def step(self) -> None:
        """Let something happen."""
        self._random.choice(
            (self._write, self._write, self._write, self._remove, self._move, self._link, self._commit)
        )()

    def _write(self) -> None:
        place = self._place()
        content = self._random.choice((self._lines(), self._lines(), self._random.randbytes(300), b"", b"no line end"))
        place.write_bytes(content)
        place.chmod(self._random.choice((0o644, 0o755)))

    def _lines(self) -> bytes:
        end = self._random.choice((b"\n", b"\r\n"))
        return b"".join(b"line %d\xe9" % self._random.randrange(5) + end for _ in range(20))

    def _remove(self) -> None:
        for place in self._some():
            place.unlink()

    def _move(self) -> None:
        for place in self._some():
            content = place.read_bytes() if place.is_file() else b"was a link"
            place.unlink()
            self._place().write_bytes(content)

    def _link(self) -> None:
        self._place().symlink_to(self._random.choice(("a.txt", "nowhere")))

    def _commit(self) -> None:
        self._git(self.root, "add", self._random.choice(("-A", "-u")))
        self._git(self.root, "commit", "-q", "--allow-empty", "-m", "Go on")

    def _place(self) -> Path:
        """A place with nothing at it."""
        name = self._random.choice(("a.txt", "b.bin", "caf\udce9 1", 'quote".py', "tab\tline\n.md"))
        folder = self.root / self._random.choice(("", "src", "src/ü"))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).unlink(missing_ok=True)
        return folder / name

    def _some(self) -> list[Path]:
        return self._random.sample(found, 1) if (found := sorted(_paths(self.root))) else []


def _paths(folder: Path) -> list[Path]:
    listed = (path for path in folder.rglob("*") if ".git" not in path.parts)
    return [path for path in listed if path.is_symlink() or path.is_file()]


def _files(folder: Path) -> dict[str, tuple[str, bytes]]:
    def state(path: Path) -> tuple[str, bytes]:
        if path.is_symlink():
            return "link", os.fsencode(path.readlink())
        return oct(path.stat().st_mode & 0o111), path.read_bytes()

    return {str(path.relative_to(folder)): state(path) for path in _paths(folder)}


# -- what cannot be told -----------------------------------------------------------------------------------------------


def test_one_commit_without_the_repository(git: Git, repository: Path, read: Read) -> None:
    """Two states of one commit are compared whole by their captures alone."""
    (repository / "kept.txt").write_text("one\ntwo\n")
    (repository / "both.txt").write_text("one\ntwo\n")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "More")
    (repository / "app.py").write_text("print(1)\n")
    (repository / "both.txt").write_text("one\n2\n")
    (repository / "gone.txt").write_text("untracked\n")
    first = read(repository)
    git(repository, "checkout", "-q", "app.py")
    (repository / "gone.txt").unlink()
    (repository / "kept.txt").unlink()
    (repository / "both.txt").write_text("1\ntwo\n")
    second = read(repository)
    with_repository, without = (compare_code(first, second, place) for place in (repository, None))
    assert (told(without), without.reasons) == (told(with_repository), [])
    assert with_repository.diff
    assert without.diff
    assert [file.hunks for file in without.diff.files] == [file.hunks for file in with_repository.diff.files]
    assert (without.diff.ahead, without.diff.patch) == (None, None)


def test_two_commits_without_the_repository(git: Git, repository: Path, read: Read, tmp_path: Path) -> None:
    """Of two commits that are not here, what both captures hold is compared, and the rest is said to be unknown."""
    (repository / "new.py").write_text("new\n")
    first = read(repository)
    git(repository, "commit", "-q", "--allow-empty", "-m", "Go on")
    (repository / "new.py").write_text("newer\n")
    second = read(repository)
    comparison = compare_code(first, second, None)
    assert told(comparison) == [("modified", "new.py", 1, 1, None)]
    assert comparison.reasons == snapshot(
        [
            (
                "there is no git repository here (--repository says where it is): the files that the two commits hold "
                "are not compared, and neither is the log"
            )
        ]
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    git(elsewhere, "init", "-q")
    (reason,) = compare_code(first, second, elsewhere).reasons
    assert first.commit
    assert second.commit
    assert reason.startswith(f"the repository {elsewhere} does not have {first.commit[:8]} and {second.commit[:8]} (")


def test_shallow_clone(git: Git, repository: Path, read: Read, tmp_path: Path) -> None:
    """A commit that a shallow clone lacks is named, with the way to get it."""
    first = read(repository)
    (repository / "app.py").write_text("print(2)\n")
    git(repository, "commit", "-q", "-a", "-m", "Print two")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{repository}", str(clone))
    (reason,) = compare_code(first, read(clone), clone).reasons
    assert first.commit
    assert f"does not have {first.commit[:8]}, being a shallow clone (`git fetch --unshallow`)" in reason


def test_before_the_first_commit(git: Git, tmp_path: Path, read: Read) -> None:
    """A state before the first commit is compared by its files."""
    folder = tmp_path / "fresh"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "a.txt").write_text("one\n")
    first = read(folder)
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "Begin")
    (folder / "a.txt").write_text("two\n")
    comparison = compare_code(first, read(folder), folder)
    assert told(comparison) == [("modified", "a.txt", 1, 1, None)]
    assert comparison.diff
    assert comparison.diff.ahead
    assert [commit.subject for commit in comparison.diff.ahead] == ["Begin"]


def test_size_cap(git: Git, repository: Path, read: Read) -> None:
    """A file whose content was over the cap is told as changed, and that it cannot be shown."""
    first = read(repository)
    (repository / "large.bin").write_bytes(b"\0" * 5000)
    comparison = compare_code(first, read_code(repository, 1000), repository)
    file = only_file(comparison)
    assert (file.path, file.incomplete, file.hunks) == ("large.bin", True, ())
    assert comparison.reasons == snapshot(
        [
            (
                "not kept by a capture, so that what changed in it cannot be shown: large.bin (larger than "
                "VERSPAN_CAPTURE_MAX_BYTES)"
            )
        ]
    )


def test_same_file_left_out() -> None:
    """A file that both captures leave out does not differ where its digest is the same."""
    large = Omission("large.bin", OmissionReason.SIZE, 5000, "5" * 64)
    state = CodeState(None, omissions=[large])
    assert compare_code(state, state, None).reasons == []


def test_strange_paths(repository: Path) -> None:
    """A path or commit that git does not take is refused, and nothing is written anywhere."""
    outside = CodeState(None, files=[FileState("../outside.txt", FileMode.REGULAR, b"x")])
    comparison = compare_code(outside, CodeState(None), repository)
    assert comparison == CodeComparison(
        None,
        snapshot(
            [
                (
                    "the states of the code cannot be compared: the record names the path '../outside.txt', which "
                    "leads out of the folder or into git's own: nothing is written for it. Do not trust this record."
                )
            ]
        ),
    )
    option = CodeState("--output=x")
    (reason, *_) = compare_code(option, CodeState(None), repository).reasons
    assert "does not have --output" in reason


def test_submodule(git: Git, repository: Path, read: Read, tmp_path: Path) -> None:
    """Files that differ within a submodule are told by their path from the outer root."""
    library = tmp_path / "library"
    library.mkdir()
    git(library, "init", "-q", "-b", "main")
    (library / "lib.py").write_text("LIB = 1\n")
    git(library, "add", ".")
    git(library, "commit", "-q", "-m", "Begin")
    git(repository, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library), "inner")
    git(repository, "commit", "-q", "-m", "Use the library")
    first = read(repository)
    (repository / "inner" / "lib.py").write_text("LIB = 2\n")
    git(repository / "inner", "commit", "-q", "-a", "-m", "Two")
    assert told(compare_code(first, read(repository), repository)) == [
        ("modified", "inner", 1, 1, None),
        ("modified", "inner/lib.py", 1, 1, None),
    ]
