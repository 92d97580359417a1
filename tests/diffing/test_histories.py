"""Patches between states of random histories, applied."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.recreating.conftest import anonymous_git
from tests.recreating.histories import History as Everything

from verspan.diffing.code import compare_code
from verspan.diffing.plumbing import Plumbing
from verspan.diffing.trees import built_tree
from verspan.versions.capture.code import read_code
from verspan.versions.capture.model import CodeState

__all__ = ["anonymous_git"]

Git = Callable[..., str]
Read = Callable[[Path], CodeState]


@pytest.mark.parametrize("seed", range(8))
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


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.usefixtures("anonymous_git")
def test_everything_that_a_tree_can_have(tmp_path: Path, seed: int) -> None:
    """With submodules, conversions, LFS and whatever else a tree can have, the patch leads from each state to each."""
    history = Everything(tmp_path / "repository", seed)
    states = []
    for _ in range(3):
        for _ in range(10):
            history.step()
        states.append(read_code(history.root, 1 << 30))
    for before, after in itertools.product(states, repeat=2):
        comparison = compare_code(before, after, history.root)
        assert comparison.diff is not None
        assert comparison.diff.same or before is not after
        with Plumbing(history.root) as plumbing:
            first, second = (built_tree(plumbing, name, code) for name, code in (("first", before), ("second", after)))
            if comparison.diff.patch:
                apply = ("apply", "--cached", "--whitespace=nowarn", "-")
                plumbing.ask(*apply, given=comparison.diff.patch, index=first.index)
            assert plumbing.ask("write-tree", index=first.index).decode().strip() == second.tree


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
