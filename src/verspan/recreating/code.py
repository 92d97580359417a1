"""A state of code, written to a folder with the repositories within it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from verspan.errors import VerspanError
from verspan.recreating.folder import Folder
from verspan.recreating.model import Missing
from verspan.recreating.paths import checked_path
from verspan.recreating.source import prepared, settle
from verspan.recreating.tree import TreeWriter, Written
from verspan.versions.capture.model import CodeState, Submodule
from verspan.versions.git_command import GitError


@dataclass(frozen=True)
class RecreatedTree:
    """What became of a tree."""

    source: str
    written: Written


def recreate_tree(code: CodeState, candidates: Sequence[Path], directory: Path) -> RecreatedTree:
    """Write a state of code to a folder.

    Args:
        code: the state; its paths are trusted in nothing.
        candidates: repositories of this machine that may have the commit.
        directory: a folder that is not there, or is empty.

    Raises:
        NotFoundError: the commit is nowhere to be had.
        VerspanError: git failed.
    """
    written = Written()
    try:
        source = _recreate(code, candidates, Folder(directory), "", written)
    except GitError as error:
        raise VerspanError(f"git could not recreate the commit {code.commit} in {directory}: {error}") from error
    return RecreatedTree(source, written)


def _recreate(code: CodeState, candidates: Sequence[Path], folder: Folder, within: str, written: Written) -> str:
    place = prepared(code, candidates, folder.root / within)
    TreeWriter(place.git, folder, within, written).write(code)
    for submodule in code.submodules:
        _recreate_submodule(submodule, candidates, folder, within, written)
    settle(place, code)
    return place.source


def _recreate_submodule(
    submodule: Submodule, candidates: Sequence[Path], folder: Folder, within: str, written: Written
) -> None:
    try:
        path = checked_path(submodule.path)
        folder.make(within + path)
        inner = [place for candidate in candidates for place in _repositories_of(candidate, path)]
        _recreate(submodule.code, inner, folder, f"{within}{path}/", written)
    except (VerspanError, GitError, OSError) as error:
        written.missing.append(Missing(within + submodule.path, f"the repository could not be recreated: {error}"))


def _repositories_of(root: Path, path: str) -> list[Path]:
    """Where a repository may have the repository at a path within it: in its tree, or put away by git."""
    in_tree, put_away = root / path, root / ".git" / "modules" / path
    return [*([in_tree] if (in_tree / ".git").exists() else []), *([put_away] if put_away.is_dir() else [])]
