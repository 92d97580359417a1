"""The difference of the code, between states of real repositories."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from inline_snapshot import snapshot

from verspan.diffing.code import CodeComparison, compare_code
from verspan.diffing.model import Commit, FileDiff
from verspan.versions.capture.model import CodeState

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


def test_sha256(git: Git, tmp_path: Path, read: Read) -> None:
    """A repository whose ids are SHA-256 is compared as any other."""
    folder = tmp_path / "modern"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main", "--object-format=sha256")
    (folder / "a.txt").write_text("one\n")
    (folder / "b.txt").write_text("two\n")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "Begin")
    first = read(folder)
    (folder / "a.txt").write_text("1\n")
    (folder / "b.txt").unlink()
    assert told(compare_code(first, read(folder), folder)) == [
        ("modified", "a.txt", 1, 1, None),
        ("removed", "b.txt", 0, 1, None),
    ]


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
