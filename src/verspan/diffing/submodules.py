"""What changed within the submodules that both states have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from verspan.diffing.model import FileDiff
from verspan.diffing.patches import path_text
from verspan.versions.capture.model import CodeState


@dataclass(frozen=True)
class SubmodulePair:
    """A submodule in both states, which are not the same."""

    path: str
    """From the root of the repository around it."""
    before: CodeState
    after: CodeState

    def repository_in(self, repository: Path) -> Path | None:
        """Its own repository in the one around it; None where it is not there."""
        place = repository / self.path
        return place if (place / ".git").exists() else None

    def within(self, file: FileDiff) -> FileDiff:
        """A file of the submodule, by its path from the root of the repository around it."""
        folder = path_text(self.path)
        former = file.former_path and f"{folder}/{file.former_path}"
        return replace(file, path=f"{folder}/{file.path}", former_path=former)


def differing_submodules(before: CodeState, after: CodeState) -> Iterator[SubmodulePair]:
    """The submodules of both states that are not in the same state."""
    first = {each.path: each.code for each in before.submodules}
    for each in after.submodules:
        former = first.get(each.path)
        if former is not None and former.fingerprint != each.code.fingerprint:
            yield SubmodulePair(each.path, former, each.code)
