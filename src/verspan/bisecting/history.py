"""The history between two commits, as git tells it. Nothing of the repository is changed by asking."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from verspan.bisecting.model import Commit
from verspan.bisecting.searching import Candidate
from verspan.errors import InvalidArgumentError, VerspanError
from verspan.versions.git_command import GitError, GitFolder

_TIMEOUT: Final = 120.0  # seconds for one question: a history may be long
# What the user's settings have git do besides is neither run nor shown.
_SETTINGS: Final = {"core.hooksPath": os.devnull, "color.ui": "false", "log.showSignature": "false"}
_DISTANCE: Final = re.compile(rb"([0-9a-f]+) .*dist=(\d+)")
_NO_ANSWER: Final = 1  # exit status of git's questions that may have none


@dataclass(frozen=True)
class GitHistory:
    """The commits of a repository.

    Every commit that the bad one has and the good one does not may be the first bad one, those of merged branches too.
    Which one splits them best says ``git rev-list --bisect-all``, as it does for ``git bisect``: on a line it is the
    one in the middle, and with merges the one of which the fewest remain whichever side it belongs to.
    """

    root: Path

    def resolved(self, revision: str) -> str | None:
        """The hash of the commit that a revision means, as git reads it; None where it means none."""
        if revision.startswith("-"):
            return None
        question = "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"
        try:
            return self._ask(*question, also_fine=_NO_ANSWER).strip() or None
        except VerspanError:  # an object that is no commit, or a text that is no revision
            return None

    def check_ancestor(self, good: str, bad: str) -> None:
        """See that the good commit is part of the bad one's history.

        Raises:
            InvalidArgumentError: it is not; the message names the commit to begin with instead.
        """
        shared = self._ask("merge-base", good, bad, also_fine=_NO_ANSWER).strip()
        if shared != good or good == bad:
            instead = f"give their merge base {shared}, if that is good" if shared else "they share no history here"
            same = "they are the same commit" if good == bad else instead
            raise InvalidArgumentError(
                f"the good commit {good[:12]} does not come before the bad one {bad[:12]}: {same}"
            )

    def between(self, good: Sequence[str], bad: str) -> Sequence[Candidate]:
        """What may be the first bad commit, the best to try first; the bad one itself is among them."""
        listed = self._ask("rev-list", "--bisect-all", bad, *(f"^{each}" for each in good)).encode()
        found = [match for match in map(_DISTANCE.match, listed.splitlines()) if match is not None]
        return [Candidate(match[1].decode(), int(match[2])) for match in found]

    def commit(self, commit: str) -> Commit:
        """What git tells of a commit."""
        return _commit(self, commit)

    def in_order(self, good: Sequence[str], bad: str) -> Sequence[Commit]:
        """What may be the first bad commit, each after those that it comes from."""
        listed = self._ask("rev-list", "--topo-order", "--reverse", bad, *(f"^{each}" for each in good))
        return [self.commit(each) for each in listed.split()]

    def description(self, commit: str) -> str:
        """How ``git describe --tags --always`` calls a commit."""
        return self._ask("describe", "--tags", "--always", commit).strip()

    def stat(self, commit: str) -> str:
        """What a commit changed, file by file; of a merge what it brought to the branch that it was made on."""
        question = "show", "--stat", "--format=", "--no-ext-diff", "--first-parent", "-m", commit
        return self._ask(*question).strip("\n")

    def _ask(self, *question: str, also_fine: int = 0) -> str:
        try:
            return GitFolder(self.root, _TIMEOUT, _SETTINGS).ask(*question, also_fine=also_fine)
        except GitError as error:
            raise VerspanError(f"git {question[0]} failed in {self.root}: {error}") from error


@lru_cache(maxsize=10_000)
def _commit(history: GitHistory, commit: str) -> Commit:
    told = history._ask("show", "--no-patch", "--format=%H%x00%s%x00%an%x00%aI", commit)  # noqa: SLF001 - its own
    return Commit(*told.rstrip("\n").split("\0"))
