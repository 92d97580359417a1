"""What of the code cannot be told, and what can be told all the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from inline_snapshot import snapshot
from tests.diffing.test_code import only_file, told

from verspan.diffing.code import CodeComparison, compare_code
from verspan.versions.capture.code import read_code
from verspan.versions.capture.model import CodeState, FileMode, FileState, Omission, OmissionReason

Git = Callable[..., str]
Read = Callable[[Path], CodeState]


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


def test_partial_clone(git: Git, repository: Path, read: Read, tmp_path: Path) -> None:
    """What a partial clone has not fetched is not fetched now, and that the code cannot be compared is said."""
    first = read(repository)
    (repository / "app.py").write_text("print(2)\n")
    git(repository, "commit", "-q", "-a", "-m", "Print two")
    git(repository, "config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{repository}", str(clone))
    comparison = compare_code(first, read(clone), clone)
    assert comparison.diff is None
    (reason,) = comparison.reasons
    assert reason.startswith("the states of the code cannot be compared: ")
    assert git(clone, "rev-list", "--objects", "--all", "--missing=print").count("?") == 1


def test_linked_worktree(git: Git, repository: Path, read: Read, tmp_path: Path) -> None:
    """A linked working tree has the objects of the repository that it belongs to."""
    first = read(repository)
    linked = tmp_path / "linked"
    git(repository, "worktree", "add", "-q", str(linked), "-b", "other")
    (linked / "app.py").write_text("print(3)\n")
    assert told(compare_code(first, read(linked), linked)) == [("modified", "app.py", 1, 1, None)]


def test_no_git(repository: Path, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without git the code is not compared, and that is said."""
    state = read(repository)
    monkeypatch.setenv("PATH", "")
    (reason,) = compare_code(state, state, repository).reasons
    assert reason.startswith("the states of the code cannot be compared: git cannot be run: ")


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
