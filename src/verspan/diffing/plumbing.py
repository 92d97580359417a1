"""A repository that is only read: it lends its objects, and those that are made meanwhile go to a folder of their own.

Nothing of the user's is touched: neither the working tree nor the index, references, objects or hooks; and nothing is
fetched.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Final

from verspan.versions.git_command import GitError, GitFolder

_ID_LENGTHS: Final = {"sha1": 40, "sha256": 64}
_COMMIT: Final = re.compile(r"[0-9a-f]{7,64}")
_TIMEOUT: Final = 300.0  # seconds of one question: people wait for the answer, and stop waiting themselves
_SETTINGS: Final = {"core.quotePath": "true", "gc.auto": "0", "fastimport.unpackLimit": "1"}
# In place of the user's own: by these git finds the function that a change is in.
_ATTRIBUTES: Final = "".join(
    f"*.{ending} diff={language}\n"
    for language, endings in {
        "python": ("py", "pyi"),
        "markdown": ("md",),
        "html": ("html",),
        "css": ("css",),
        "golang": ("go",),
        "rust": ("rs",),
        "java": ("java",),
        "ruby": ("rb",),
    }.items()
    for ending in endings
)
_PLACES: Final = (
    *("rev-parse", "--show-object-format", "--is-shallow-repository"),
    *("--git-path", "objects", "--git-path", "shallow"),
)


class Plumbing(AbstractContextManager["Plumbing"]):
    """A repository of its own that borrows the objects of another; it is gone at the end of the block."""

    def __init__(self, repository: Path | None) -> None:
        """Begin with the objects of a repository, or with none.

        Args:
            repository: a folder in a working tree, or a repository itself.

        Raises:
            GitError: git cannot be run, or cannot read the repository.
        """
        self._folder = tempfile.TemporaryDirectory(prefix="verspan-diff-", ignore_cleanup_errors=True)
        self.folder = Path(self._folder.name)
        """For files that are to be gone at the end."""
        self.shallow = False
        """Whether the other repository has only a part of its history."""
        self.no_object = "0" * 40
        """The id that git writes where there is no object."""
        try:
            self._begin(repository)
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
        variables = {
            "GIT_DIR": str(self.folder / "git"),
            "GIT_WORK_TREE": str(self.folder / "tree"),
            "GIT_OBJECT_DIRECTORY": str(self.folder / "git" / "objects"),
            "GIT_INDEX_FILE": str(index or self.folder / "no-index"),
            "GIT_NO_REPLACE_OBJECTS": "1",
        }
        settings = {**_SETTINGS, "core.attributesFile": str(self.folder / "attributes")}
        return GitFolder(self.folder, _TIMEOUT, settings, variables).ask_bytes(*question, told=given)

    def has_commit(self, commit: str) -> bool:
        """Whether the repository has a commit and its tree."""
        if _COMMIT.fullmatch(commit) is None:
            return False
        try:
            self.ask("cat-file", "-e", f"{commit}^{{tree}}")
        except GitError:
            return False
        return True

    def _begin(self, repository: Path | None) -> None:
        git_folder = self.folder / "git"
        (self.folder / "tree").mkdir()  # empty: attributes are those of the compared states, not of what lies there now
        (self.folder / "attributes").write_text(_ATTRIBUTES, encoding="ascii")
        places = None if repository is None else _Places(repository)
        init = ("init", "--quiet", "--bare", "--template=", f"--object-format={places.format if places else 'sha1'}")
        GitFolder(self.folder, _TIMEOUT).ask(*init, str(git_folder))
        if places is None:
            return
        self.shallow = places.shallow
        self.no_object = "0" * _ID_LENGTHS[places.format]
        (git_folder / "objects" / "info").mkdir(exist_ok=True)
        (git_folder / "objects" / "info" / "alternates").write_bytes(os.fsencode(places.objects) + b"\n")
        if places.shallow:  # git would miss the parents of the oldest commits
            shutil.copyfile(places.shallow_file, git_folder / "shallow")


class _Places:
    """What is to be known of a repository whose objects are borrowed."""

    def __init__(self, repository: Path) -> None:
        answer = GitFolder(repository, _TIMEOUT).ask_bytes(*_PLACES)
        object_format, shallow, objects, shallow_file = answer.rstrip(b"\n").split(b"\n")
        self.format = object_format.decode()
        self.shallow = shallow == b"true"
        self.objects = (repository / os.fsdecode(objects)).resolve()
        self.shallow_file = repository / os.fsdecode(shallow_file)
