"""The log between two commits."""

from __future__ import annotations

from verspan.diffing.model import Commit
from verspan.diffing.patches import text_of
from verspan.diffing.plumbing import Plumbing

_FIELDS = "%H%n%an%n%at%n%s"
_MS = 1000
_SHORT = 8


def short_commit(commit: str) -> str:
    """The first digits of a commit's hash, as people tell them apart."""
    return commit[:_SHORT]


def commits_since(plumbing: Plumbing, former: str | None, commit: str | None) -> list[Commit]:
    """The commits that one commit has in its history and another has not, newest first.

    Args:
        plumbing: the repository, which has both.
        former: the other; None where it was before the first commit.
        commit: the one.
    """
    if commit is None or commit == former:
        return []
    without = (f"^{former}",) if former else ()
    form = (f"--format={_FIELDS}", "--encoding=UTF-8", "--no-show-signature")
    answer = plumbing.ask("log", "-z", *form, commit, *without)
    return [_commit(record) for record in answer.split(b"\0") if record]


def _commit(record: bytes) -> Commit:
    commit, author, seconds, subject = text_of(record).split("\n", 3)
    return Commit(commit, author, int(seconds) * _MS, subject)
