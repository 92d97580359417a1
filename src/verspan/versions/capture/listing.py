"""What git lists of a working tree: which paths may differ from the commit, and which repositories are within it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

STATUS: Final = (
    "status",
    "--porcelain=v2",
    "--branch",
    "-z",
    "--untracked-files=all",
    "--no-renames",
    "--ignore-submodules=none",
)
INDEX: Final = ("ls-files", "-v", "-s", "-z")
GITLINK: Final = "160000"
"""The mode of another repository's commit."""
_ABSENT: Final = "000000"
_ENTRY: Final = rb"\0(.) (\d{6}) ([0-9a-f]+) \d\t([^\0]*)"
_ENTRIES: Final = re.compile(_ENTRY, re.DOTALL)
# A submodule, or an entry whose file git was told not to look at: assumed unchanged, or outside a sparse checkout.
_NOTEWORTHY: Final = re.compile(rb"(?=\0[a-zS] |\0. 160000 )" + _ENTRY, re.DOTALL)
_SPARSE: Final = (b"S", b"s")
_ATTRIBUTES: Final = b".gitattributes\0"


class Entry(NamedTuple):
    """A path as the commit or the index has it."""

    mode: str
    blob: str
    """Its object's id."""


@dataclass(frozen=True)
class Status:
    """What ``git status`` says."""

    commit: str | None
    branch: str | None
    tracked: Mapping[str, Entry | None] = field(default_factory=dict)
    """Paths that may differ from the commit, with what it has there; None for a path that it does not have."""
    links: Mapping[str, Entry | None] = field(default_factory=dict)
    """Likewise, of paths that are a repository's in the commit, the index or on disk."""
    untracked: Sequence[str] = ()
    nested: Sequence[str] = ()
    """Folders that are repositories of their own and that git does not track."""
    has_attributes: bool = False
    """Whether it names a ``.gitattributes``."""


@dataclass(frozen=True)
class Index:
    """What of ``git ls-files`` :func:`parsed_status` does not tell."""

    links: Mapping[str, Entry]
    """Submodules."""
    assumed: Mapping[str, Entry]
    """Files that git was told to take for unchanged."""
    sparse: Mapping[str, Entry]
    """Files outside a sparse checkout, which need not be there."""
    has_attributes: bool


def parsed_status(answer: bytes) -> Status:
    """The answer to :data:`STATUS`."""
    fields = answer.split(b"\0")
    headers = dict(text[2:].partition(" ")[::2] for text in map(decoded, fields) if text.startswith("# "))
    commit, branch = headers.get("branch.oid"), headers.get("branch.head")
    changed = list(_changed(fields))
    others = [decoded(each[2:]) for each in fields if each.startswith(b"? ")]
    return Status(
        commit=None if commit == "(initial)" else commit,
        branch=None if branch == "(detached)" else branch,
        tracked={path: entry for path, entry, is_link in changed if not is_link},
        links={path: entry for path, entry, is_link in changed if is_link},
        untracked=[path for path in others if not path.endswith("/")],
        nested=[path.rstrip("/") for path in others if path.endswith("/")],
        has_attributes=_ATTRIBUTES in answer,
    )


def parsed_index(answer: bytes) -> Index:
    """The answer to :data:`INDEX`."""
    noteworthy = [
        (tag, decoded(path), Entry(mode.decode(), blob.decode()))
        for tag, mode, blob, path in _NOTEWORTHY.findall(b"\0" + answer)
    ]
    files = [each for each in noteworthy if each[2].mode != GITLINK]
    return Index(
        links={path: entry for _, path, entry in noteworthy if entry.mode == GITLINK},
        assumed={path: entry for tag, path, entry in files if tag not in _SPARSE},
        sparse={path: entry for tag, path, entry in files if tag in _SPARSE},
        has_attributes=_ATTRIBUTES in answer,
    )


def index_entries(answer: bytes) -> list[tuple[str, Entry]]:
    """Every line of the answer to :data:`INDEX`, in git's order."""
    return [
        (decoded(path), Entry(mode.decode(), blob.decode())) for _, mode, blob, path in _ENTRIES.findall(b"\0" + answer)
    ]


def decoded(path: bytes) -> str:
    """A path as captures have it."""
    return path.decode("utf-8", "surrogateescape")


def encoded(path: str) -> bytes:
    """A path of a capture as git and the disk have it."""
    return path.encode("utf-8", "surrogateescape")


def _changed(fields: Sequence[bytes]) -> Iterator[tuple[str, Entry | None, bool]]:
    """Each path that differs, what the commit has there, and whether it is a repository's."""
    for each in fields:
        if each.startswith(b"1 "):
            _, _, _, head, index, disk, blob, _, path = each.split(b" ", 8)
        elif each.startswith(b"u "):  # unmerged: the second stage is what HEAD had
            _, _, _, _, head, index, disk, _, blob, _, path = each.split(b" ", 10)
        else:
            continue
        mode = head.decode()
        entry = None if mode == _ABSENT else Entry(mode, blob.decode())
        yield decoded(path), entry, GITLINK.encode() in (head, index, disk)
