r"""The difference of two versions: the frozen dataclasses that :func:`verspan.diff` gives, and nothing else.

Texts that were not UTF-8 have ``\xff`` for each byte that is none, so that any of this can be sent as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from verspan.traces.model import Figures
from verspan.versions.model import LoggedModel


class Part(str, Enum):
    """What of two versions is compared."""

    CODE = "code"
    PARAMS = "params"
    CALLS = "calls"
    PROMPTS = "prompts"
    DEPENDENCIES = "dependencies"
    ENVIRONMENT = "environment"
    ENTRY_POINT = "entry_point"


@dataclass(frozen=True)
class Changed:
    """A value that both versions have, and that is not the same."""

    before: str
    after: str


@dataclass(frozen=True)
class MappingDiff:
    """The difference of two mappings of names to values."""

    added: Mapping[str, str] = field(default_factory=dict)
    """What only the second version has."""
    removed: Mapping[str, str] = field(default_factory=dict)
    """What only the first version has."""
    changed: Mapping[str, Changed] = field(default_factory=dict)

    @property
    def same(self) -> bool:
        """Whether there is no difference."""
        return not (self.added or self.removed or self.changed)


@dataclass(frozen=True)
class DependencyDiff:
    """The difference of two installations: Python, the platform and the packages with their versions."""

    added: Mapping[str, str] = field(default_factory=dict)
    removed: Mapping[str, str] = field(default_factory=dict)
    upgraded: Mapping[str, Changed] = field(default_factory=dict)
    downgraded: Mapping[str, Changed] = field(default_factory=dict)
    changed: Mapping[str, Changed] = field(default_factory=dict)
    """Other versions whose order cannot be told, such as those of direct references."""
    runtime: Mapping[str, Changed] = field(default_factory=dict)
    """What else changed: ``python``, ``platform``, ``lock file`` (its path and digest, empty where there is none)."""

    @property
    def same(self) -> bool:
        """Whether there is no difference."""
        return not (self.added or self.removed or self.upgraded or self.downgraded or self.changed or self.runtime)


@dataclass(frozen=True)
class Hunk:
    """A run of changed lines with the lines around it, as in a unified diff."""

    before_start: int
    """Number of the first line in the first version, from 1; 0 where the run has no line there."""
    before_count: int
    after_start: int
    after_count: int
    heading: str
    """The function or section that the run is in, as git finds it; else empty."""
    lines: Sequence[str]
    """Each begins with a blank (in both), ``-`` (in the first), ``+`` (in the second) or ``\\`` (no line end there)."""


class FileStatus(str, Enum):
    """What became of a file."""

    ADDED = "added"
    REMOVED = "removed"
    MODIFIED = "modified"
    RENAMED = "renamed"


@dataclass(frozen=True)
class FileEntry:
    """A file in one of the versions."""

    mode: str
    """As git has it: ``100644``, ``100755`` (executable), ``120000`` (symbolic link), ``160000`` (submodule).

    Empty where a patch does not say it.
    """
    blob: str | None = None
    """The id that git gives the content; a submodule's commit. None where only a patch is known."""
    size: int | None = None
    """In bytes; None where it cannot be told."""


@dataclass(frozen=True)
class FileDiff:
    """What became of one file."""

    path: str
    """From the repository's root; where it is in the second version, if it is there."""
    former_path: str | None
    """Where it was in the first version, if it was somewhere else."""
    status: FileStatus
    before: FileEntry | None
    """None where the first version does not have it."""
    after: FileEntry | None
    binary: bool
    added: int
    """Lines; 0 in a binary file."""
    removed: int
    hunks: Sequence[Hunk]
    incomplete: bool = False
    """Whether the file differs in a way that cannot be shown: :attr:`VersionDiff.untold` says why."""


@dataclass(frozen=True)
class Commit:
    """A commit in the log between two versions."""

    commit: str
    author: str
    timestamp: int
    """When it was written, in milliseconds since the epoch."""
    subject: str


@dataclass(frozen=True)
class CodeSummary:
    """The state of the code of one version, in a few words."""

    commit: str | None
    """Full hash; None before the first commit."""
    branch: str | None
    dirty_files: int
    """Files that are not as the commit has them, untracked ones included."""


@dataclass(frozen=True)
class CodeDiff:
    """The difference of two full states of the code: commit, changed files and untracked ones."""

    before: CodeSummary
    after: CodeSummary
    ahead: Sequence[Commit] | None
    """Commits of the second version that the first does not have, newest first; None where that cannot be told."""
    behind: Sequence[Commit] | None
    """Commits of the first version that the second does not have."""
    files: Sequence[FileDiff]
    patch: bytes | None = None
    """What ``git apply`` makes the second state of the first with, binary files included; None where there is none."""

    @property
    def same(self) -> bool:
        """Whether all files are the same, whatever commits they come from."""
        return not self.files

    @property
    def added(self) -> int:
        """Lines that the second version adds in all files."""
        return sum(file.added for file in self.files)

    @property
    def removed(self) -> int:
        """Lines of the first version that the second has not, in all files."""
        return sum(file.removed for file in self.files)


@dataclass(frozen=True)
class PromptUse:
    """A version of a prompt that a version of the application used."""

    name: str
    version: int
    text: str


@dataclass(frozen=True)
class PromptChange:
    """A prompt that both versions used, in different versions of it."""

    before: PromptUse
    after: PromptUse
    hunks: Sequence[Hunk]


@dataclass(frozen=True)
class PromptsDiff:
    """The difference of the prompts that two versions used."""

    added: Sequence[PromptUse] = ()
    removed: Sequence[PromptUse] = ()
    changed: Sequence[PromptChange] = ()

    @property
    def same(self) -> bool:
        """Whether there is no difference."""
        return not (self.added or self.removed or self.changed)


@dataclass(frozen=True)
class Untold:
    """Something that cannot be told of two versions."""

    part: Part
    reason: str
    """A sentence that says why, and what to do where something can be done."""


@dataclass(frozen=True)
class Side:
    """One of the two versions."""

    label: str
    """Its name, or what stands for the working tree."""
    model: LoggedModel | None
    """Its record; None for the working tree."""
    figures: Figures | None
    """What its model calls came to; None for the working tree."""


@dataclass(frozen=True)
class VersionDiff:
    """What changed from one version to another. A part that was not asked for, or cannot be told, is None."""

    before: Side
    after: Side
    code: CodeDiff | None = None
    params: MappingDiff | None = None
    prompts: PromptsDiff | None = None
    dependencies: DependencyDiff | None = None
    environment: MappingDiff | None = None
    entry_point: MappingDiff | None = None
    calls: MappingDiff | None = None
    """What the calls of models asked for, as traces show; None where one of the two has made none."""
    untold: Sequence[Untold] = ()

    @property
    def same(self) -> bool | None:
        """Whether nothing of what was asked for differs; None where nothing does, but something cannot be told."""
        parts = (getattr(self, part.value) for part in Part)
        if not all(part.same for part in parts if part is not None):
            return False
        return None if self.untold else True
