"""A state of an application: its code, and what it runs in; and the fingerprints that tell two apart.

A path is relative to the root of its repository, with ``/`` between its parts on every system. A byte of a path that is
not UTF-8 is a surrogate escape (PEP 383), as :func:`os.fsdecode` writes it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from types import MappingProxyType
from typing import Any

from verspan.versions.model import GitState


class FileMode(str, Enum):
    """What a file is, as git writes it; of the permissions git knows whether a file is executable, and no more."""

    REGULAR = "100644"
    EXECUTABLE = "100755"
    SYMLINK = "120000"
    ABSENT = "000000"


class Conversion(str, Enum):
    """How the bytes of a file on disk come from those that git keeps, where they differ and git calls them the same."""

    CRLF = "crlf"
    """Every line feed has become a carriage return and a line feed."""
    LFS = "lfs"
    """Git keeps a pointer; the content is an object of Git LFS, whose id is the content's SHA-256."""
    OTHER = "other"
    """Another filter, an encoding, or line ends of both kinds: the content is kept as it was."""


class OmissionReason(str, Enum):
    """Why something of a state is not kept."""

    SIZE = "size"
    """All that is kept together would be larger than the cap."""
    UNREADABLE = "unreadable"
    """It could not be read."""
    SPECIAL = "special"
    """It is neither a file nor a symbolic link."""
    SECRET = "secret"  # noqa: S105 - a reason
    """It is untracked, and its name says that it holds secrets, as that of ``.env`` does."""


@dataclass(frozen=True)
class FileState:
    """A file that is not as the commit has it: changed, added, untracked or deleted."""

    path: str
    mode: FileMode
    content: bytes = field(default=b"", repr=False)
    """Its bytes on disk, the target of a symbolic link; empty for a file that is absent."""
    tracked: bool = True
    """Whether git knows it, by the commit or the index."""

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the content, as 64 hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class ConvertedFile:
    """A file that git calls unchanged although its bytes on disk are not those that the commit has."""

    path: str
    conversion: Conversion
    digest: str
    """SHA-256 of the bytes on disk, as 64 hexadecimal digits."""
    size: int
    """In bytes, on disk."""
    content: bytes | None = field(default=None, repr=False)
    """The bytes on disk, where no rule makes them from the commit's and the cap allows it."""


@dataclass(frozen=True)
class Omission:
    """Something of a state that is not kept."""

    path: str
    reason: OmissionReason
    size: int | None = None
    """In bytes, where it could be told."""
    digest: str | None = None
    """SHA-256 of its content, where it could be read within reason."""


@dataclass(frozen=True)
class Submodule:
    """A repository within the repository, whether a submodule or one that is merely there."""

    path: str
    code: CodeState
    """Its state, whose paths are relative to its own root."""
    recorded_commit: str | None = None
    """The commit of it that the commit of the repository around it has; None where that has none."""

    @property
    def changed(self) -> bool:
        """Whether it is at another commit than it is recorded at, or dirty."""
        return self.code.commit != self.recorded_commit or bool(self.code.dirty)


@dataclass(frozen=True)
class CodeState:
    """The state of a working tree: a commit, and all that differs from it on disk but what git ignores."""

    commit: str | None
    """Full hash of HEAD; None before the first commit."""
    branch: str | None = None
    """None where HEAD is detached."""
    tags: Sequence[str] = ()
    """Names of the tags of the commit."""
    remote_url: str | None = None
    """Without credentials."""
    author: str | None = None
    """``Name <address>`` of the commit's author."""
    commit_timestamp: int | None = None
    """When the commit was made, in milliseconds since the epoch."""
    description: str | None = None
    """What ``git describe --tags --always`` says of the commit; ``service.version`` where the tree was not read."""
    tree_read: bool = True
    """Whether the working tree could be looked at; no for a commit that only the platform tells of."""
    files: Sequence[FileState] = ()
    """Files that differ from the commit, sorted by path."""
    converted: Sequence[ConvertedFile] = ()
    """Files that git calls unchanged, sorted by path; whether there are any depends on the machine's settings."""
    submodules: Sequence[Submodule] = ()
    """Those that are there on disk, sorted by path."""
    sparse: Sequence[str] = ()
    """Paths that the commit has and a sparse checkout leaves out, sorted."""
    omissions: Sequence[Omission] = ()
    patch: bytes = field(default=b"", repr=False)
    """``git diff --binary HEAD`` of what git tracks, to be read; :attr:`files` is what restores. Empty where cut."""

    @property
    def dirty(self) -> bool | None:
        """Whether the tree differs from the commit; None where it could not be looked at."""
        if not self.tree_read:
            return None
        return bool(self.files or self.omissions) or any(each.changed for each in self.submodules)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over what makes it another state: the commit and what differs from it, submodules included.

        Neither branch, tags and remote nor what depends on the machine's settings (conversions, sparse checkouts) is.
        """
        return _digest(
            {
                "commit": self.commit,
                "version": None if self.tree_read else self.description,
                "files": [[each.path, each.mode.value, each.digest] for each in self.files],
                "omissions": [[each.path, each.size, each.digest] for each in self.omissions],
                "submodules": [[each.path, each.code.fingerprint] for each in self.submodules if each.changed],
            }
        )


@dataclass(frozen=True)
class LockFile:
    """The file that says which versions of packages are to be installed."""

    path: str
    content: bytes = field(repr=False)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the content, as 64 hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Dependencies:
    """What the code runs on."""

    python_version: str = ""
    """Such as ``3.12.4``."""
    implementation: str = ""
    """Such as ``CPython``."""
    platform: str = ""
    """Operating system and processor, such as ``Linux-x86_64``."""
    packages: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    """Versions of the installed packages, by normalised name, sorted."""
    lock: LockFile | None = None
    """The nearest to the application, upward to the repository's root."""

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the packages and Python's version up to its second number."""
        minor = ".".join(self.python_version.split(".")[:2])
        return _digest({"python": [self.implementation, minor], "packages": dict(self.packages)})


@dataclass(frozen=True)
class EntryPoint:
    """How the process was started."""

    program: str = ""
    """The script relative to the repository's root, or ``-m module``; a path outside the repository stays absolute."""
    arguments: Sequence[str] = ()
    """What followed it, secrets taken out."""
    working_directory: str | None = None
    """Relative to the repository's root (``.`` is the root itself); None where it is outside."""


@dataclass(frozen=True)
class Capture:
    """One state of an application's code and of what it runs in."""

    code: CodeState | None = None
    """None where there is no repository and no platform tells of a commit."""
    dependencies: Dependencies = field(default_factory=Dependencies)
    environment: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    """Chosen variables, sorted by name; never one that is secret."""
    entry_point: EntryPoint = field(default_factory=EntryPoint)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the fingerprints of code and dependencies.

        Environment, entry point and platform are kept and are no part of it: they differ between replicas of a version.
        """
        code = None if self.code is None else self.code.fingerprint
        return _digest({"code": code, "dependencies": self.dependencies.fingerprint})


@dataclass(frozen=True)
class KeptCapture:
    """That a version was seen in a state; :meth:`CaptureRecords.load` gives the state itself."""

    capture_id: str
    """``c-`` and 32 hexadecimal digits, computed from all that the capture holds."""
    model_id: str
    fingerprint: str
    """:attr:`Capture.fingerprint`"""
    first_seen_timestamp: int
    """In milliseconds since the epoch."""
    last_seen_timestamp: int
    """Likewise."""


@dataclass(frozen=True)
class ReadState:
    """What was read of an application's state, for the record of a version."""

    git: GitState | None = None
    """None outside a git repository."""
    capture: Capture | None = None
    """None where the settings say that nothing is captured."""


def _digest(document: Mapping[str, Any]) -> str:
    """The SHA-256 of a document's canonical JSON: keys sorted, no blanks, characters beyond ASCII escaped."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
