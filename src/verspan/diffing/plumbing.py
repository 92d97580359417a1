"""A repository that is only read: objects that are made meanwhile go to a folder of their own.

Neither the user's working tree nor the index, references, objects or hooks are touched, and nothing is fetched.
"""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Final

from verspan.versions.git_command import GitError, GitFolder

_COMMIT: Final = re.compile(r"[0-9a-f]{7,64}")
_TIMEOUT: Final = 300.0  # seconds for all questions: people wait for the answer, and stop waiting themselves
_SETTINGS: Final = {"core.quotePath": "true", "gc.auto": "0"}
_ALONE: Final = {
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_ALLOW_PROTOCOL": "none",  # a partial clone would fetch what it lacks
}


class Plumbing(AbstractContextManager["Plumbing"]):
    """A repository with an object folder of its own beside it; the folder is gone at the end of the block."""

    def __init__(self, repository: Path | None) -> None:
        """Begin with a repository, or with an empty one where it is None.

        Args:
            repository: a folder in a working tree, or a repository itself.

        Raises:
            GitError: git cannot be run, or cannot read the repository.
        """
        self._folder = tempfile.TemporaryDirectory(prefix="verspan-diff-", ignore_cleanup_errors=True)
        self.folder = Path(self._folder.name)
        """For files that are to be gone at the end."""
        try:
            self._variables = {**_ALONE, **self._places(repository)}
        except BaseException:
            self._folder.cleanup()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()

    def ask(self, *question: str, given: bytes = b"", index: Path | None = None) -> bytes:
        """What git answers.

        Args:
            question: the subcommand and its arguments.
            given: what it reads from its standard input.
            index: the index that it works on.

        Raises:
            GitError: it failed.
        """
        variables = {**self._variables, "GIT_INDEX_FILE": str(index or self.folder / "no-index")}
        return GitFolder(self.folder, _TIMEOUT, _SETTINGS, variables).ask_bytes(*question, told=given)

    def has_commit(self, commit: str) -> bool:
        """Whether the repository has a commit and its tree."""
        if _COMMIT.fullmatch(commit) is None:
            return False
        try:
            self.ask("cat-file", "-e", f"{commit}^{{tree}}")
        except GitError:
            return False
        return True

    @property
    def shallow(self) -> bool:
        """Whether the repository has only a part of its history."""
        return self.ask("rev-parse", "--is-shallow-repository").strip() == b"true"

    def _places(self, repository: Path | None) -> dict[str, str]:
        """Variables that tell git where everything is."""
        tree = self.folder / "tree"
        tree.mkdir()  # an empty working tree: attributes are those of the compared states, not of what lies there now
        git_folder, objects = self.folder / "git", self.folder / "objects"
        if repository is None:
            GitFolder(self.folder, _TIMEOUT).ask("init", "--quiet", "--bare", str(git_folder))
            objects = git_folder / "objects"
        else:
            git_folder, shared = _repository_places(repository)
            (objects / "info").mkdir(parents=True)
            (objects / "info" / "alternates").write_bytes(os.fsencode(shared) + b"\n")
        return {"GIT_DIR": str(git_folder), "GIT_WORK_TREE": str(tree), "GIT_OBJECT_DIRECTORY": str(objects)}


def _repository_places(repository: Path) -> tuple[Path, Path]:
    """The repository's own folder, and where its objects are."""
    answer = GitFolder(repository, _TIMEOUT).ask_bytes("rev-parse", "--git-dir", "--git-path", "objects")
    git_folder, _, objects = answer.rstrip(b"\n").partition(b"\n")
    return (repository / os.fsdecode(git_folder)).resolve(), (repository / os.fsdecode(objects)).resolve()
