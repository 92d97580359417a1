"""The state of a working tree, read from git and from disk."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from verspan.versions.capture.conversions import Conversions
from verspan.versions.capture.disk import Budget, Disk, blob_id
from verspan.versions.capture.listing import (
    GITLINK,
    INDEX,
    STATUS,
    Entry,
    Index,
    Status,
    index_entries,
    parsed_index,
    parsed_status,
)
from verspan.versions.capture.model import (
    CodeState,
    ConvertedFile,
    FileMode,
    FileState,
    Omission,
    OmissionReason,
    Submodule,
)
from verspan.versions.git_command import GitError, GitFolder
from verspan.versions.remotes import remote_url

_TIMEOUT: Final = 10.0  # seconds for one repository
# A partial clone is not completed from its remote.
_NO_NETWORK: Final = {"GIT_NO_LAZY_FETCH": "1"}
_NOTHING_FOUND: Final = 1  # exit status of `git config` that finds nothing
_SETTINGS: Final = (
    *("config", "-z", "--get-regexp"),
    r"^(remote\..*\.url|branch\..*\.remote|core\.(autocrlf|attributesfile))$",
)
_OWN_ATTRIBUTES: Final = ("rev-parse", "--git-path", "info/attributes")
_COMMIT: Final = (
    *("log", "-1", "--no-show-signature", "--encoding=UTF-8", "--decorate-refs=refs/tags"),
    "--format=%an <%ae>%n%ct%n%D",
)
_DESCRIBE: Final = ("describe", "--tags", "--always")
# What is written depends on these alone, whatever the user's settings say.
_DIFF: Final = (
    *("diff", "--binary", "--full-index", "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames"),
    *("--ignore-submodules=dirty", "--src-prefix=a/", "--dst-prefix=b/", "--unified=3", "HEAD"),
)
_CONVERTS_NOTHING: Final = ("", "false", "no", "off", "0")
_TAG: Final = "tag: "


def read_code(root: Path, max_bytes: int, apart_from: Sequence[str] = (), remote_name: str | None = None) -> CodeState:
    """The state of a working tree.

    Args:
        root: its root.
        max_bytes: how many bytes of contents are kept at the most, those of submodules included.
        apart_from: beginnings of untracked paths that are no part of it, such as those of a store's files.
        remote_name: the remote whose address is taken; where it is not there, the branch's.

    Raises:
        GitError: git cannot read the repository.
    """
    return _WorkingTree(root, Budget(max_bytes), tuple(apart_from), remote_name).state()


class _WorkingTree:
    def __init__(
        self, root: Path, budget: Budget, apart_from: tuple[str, ...] = (), remote_name: str | None = None
    ) -> None:
        self._root = root
        self._budget = budget
        self._apart_from = apart_from
        self._remote_name = remote_name
        self._git = GitFolder(root, _TIMEOUT, variables=_NO_NETWORK)
        self._disk = Disk(root, budget)

    def state(self) -> CodeState:
        answers = self._git.ask_together(STATUS, INDEX, _SETTINGS, _OWN_ATTRIBUTES, also_fine=_NOTHING_FOUND)
        status, index, settings = parsed_status(answers[0]), parsed_index(answers[1]), _parsed_settings(answers[2])
        sparse = {path for path in index.sparse if path not in status.tracked and self._disk.stat(path) is None}
        changes = [*self._changes(status, index, sparse), *self._repositories(status, index)]
        state = CodeState(
            commit=status.commit,
            branch=status.branch,
            remote_url=remote_url(answers[2].decode("utf-8", "replace"), status.branch, self._remote_name),
            files=tuple(sorted((each for each in changes if isinstance(each, FileState)), key=_path)),
            submodules=tuple(sorted((each for each in changes if isinstance(each, Submodule)), key=_path)),
            sparse=tuple(sorted(sparse)),
            omissions=tuple(sorted((each for each in changes if isinstance(each, Omission)), key=_path)),
        )
        if self._may_convert(status, index, settings, answers[3]):
            state = replace(state, converted=self._converted(status, index, answers[1], settings))
        cut = any(omission.path in status.tracked for omission in state.omissions)
        return state if status.commit is None else self._with_commit(state, cut=cut)

    def _with_commit(self, state: CodeState, *, cut: bool) -> CodeState:
        questions = [_COMMIT, _DESCRIBE, *([_DIFF] if state.dirty and not cut else [])]
        commit, description, *patch = self._git.ask_together(*questions)
        author, seconds, names = commit.decode("utf-8", "replace").split("\n")[:3]
        tags = (name.removeprefix(_TAG) for name in names.split(", ") if name.startswith(_TAG))
        return replace(
            state,
            author=author,
            commit_timestamp=int(seconds) * 1000,
            tags=tuple(sorted(tags)),
            description=description.decode("utf-8", "replace").strip(),
            patch=b"".join(patch),
        )

    # -- what differs from the commit ----------------------------------------------------------------------------------

    def _changes(self, status: Status, index: Index, sparse: set[str]) -> Iterator[FileState | Omission]:
        for path, entry in sorted(status.tracked.items()):
            yield from self._compared(path, entry)
        for path, entry in sorted({**index.assumed, **index.sparse}.items()):
            if path not in status.tracked and path not in sparse:
                yield from self._compared(path, entry)
        for path in sorted(status.untracked):
            if path not in status.tracked and not path.startswith(self._apart_from):
                yield self._disk.state(path, tracked=False)

    def _compared(self, path: str, entry: Entry | None) -> Iterator[FileState | Omission]:
        found = self._disk.state(path, tracked=True)
        if isinstance(found, FileState) and _is_as(found, entry):
            return
        yield found

    # -- repositories within -------------------------------------------------------------------------------------------

    def _repositories(self, status: Status, index: Index) -> Iterator[Submodule | FileState | Omission]:
        links: dict[str, Entry | None] = {**index.links, **status.links}
        for path, entry in sorted({**links, **dict.fromkeys(status.nested)}.items()):
            if self._disk.is_linked_worktree(path):
                continue
            if self._disk.is_repository(path):
                yield from self._within(path, entry)
            elif path in status.links:
                yield from self._compared(path, entry)

    def _within(self, path: str, entry: Entry | None) -> Iterator[Submodule | FileState | Omission]:
        recorded = entry.blob if entry is not None and entry.mode == GITLINK else None
        if entry is not None and recorded is None:
            yield FileState(path, FileMode.ABSENT)  # the commit has a file where the repository is
        try:
            yield Submodule(path, _WorkingTree(self._disk.folder(path), self._budget).state(), recorded)
        except GitError:
            yield Omission(path, OmissionReason.UNREADABLE)

    # -- what git converts ---------------------------------------------------------------------------------------------

    def _may_convert(self, status: Status, index: Index, settings: dict[str, str], own_attributes: bytes) -> bool:
        everywhere = (self._root / os.fsdecode(own_attributes.strip()), _user_attributes(), Path("/etc/gitattributes"))
        return (
            index.has_attributes
            or status.has_attributes
            or "core.attributesfile" in settings
            or _converts_all(settings)
            or any(path.exists() for path in everywhere)
        )

    def _converted(
        self, status: Status, index: Index, listed: bytes, settings: dict[str, str]
    ) -> tuple[ConvertedFile, ...]:
        changed = {*status.tracked, *index.assumed, *index.sparse}
        conversions = Conversions(self._git, self._disk, self._budget, index_entries(listed), changed)
        return tuple(conversions.files(all_text=_converts_all(settings)))


def _is_as(found: FileState, entry: Entry | None) -> bool:
    """Whether a file is as the commit has it, or as little there."""
    if entry is None or found.mode is FileMode.ABSENT:
        return entry is None and found.mode is FileMode.ABSENT
    return found.mode.value == entry.mode and blob_id(found.content, entry.blob) == entry.blob


def _parsed_settings(answer: bytes) -> dict[str, str]:
    return dict(entry.partition("\n")[::2] for entry in answer.decode("utf-8", "replace").split("\0"))


def _converts_all(settings: dict[str, str]) -> bool:
    return settings.get("core.autocrlf", "").lower() not in _CONVERTS_NOTHING


def _user_attributes() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "git" / "attributes"


def _path(each: FileState | Submodule | Omission) -> str:
    return each.path
