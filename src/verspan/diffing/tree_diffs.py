"""The difference of two trees of git: a patch, and the files that it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from verspan.diffing.model import FileDiff, FileEntry
from verspan.diffing.patches import read_patch, text_of
from verspan.diffing.plumbing import Plumbing
from verspan.diffing.trees import Tree


@dataclass(frozen=True)
class TreeDiff:
    """The difference of two trees."""

    files: Sequence[FileDiff]
    patch: bytes
    """What ``git apply`` makes one tree of the other with; renames are found, and binary files are whole."""


def tree_difference(plumbing: Plumbing, before: Tree, after: Tree) -> TreeDiff:
    """The difference of two trees.

    Raises:
        GitError: git cannot read something of them.
    """
    patch = _patch(plumbing, before, after)
    return TreeDiff(_completed(plumbing, read_patch(patch), before, after), patch)


def _patch(plumbing: Plumbing, before: Tree, after: Tree) -> bytes:
    return plumbing.ask(
        *("diff-tree", "-r", "-M", "--patch", "--binary", "--full-index"),
        *("--no-ext-diff", "--no-textconv", "--no-color", "--src-prefix=a/", "--dst-prefix=b/"),
        *("--end-of-options", before.tree, after.tree),
        index=after.index,
    )


def _entries(plumbing: Plumbing, tree: Tree) -> dict[str, FileEntry]:
    """Every file of a tree, by its path as text; without sizes."""
    found = {}
    for entry in plumbing.ask("ls-files", "--stage", "-z", index=tree.index).split(b"\0")[:-1]:
        facts, _, path = entry.partition(b"\t")
        mode, blob, _ = facts.decode().split(" ")
        found[text_of(path)] = FileEntry(mode, blob)
    return found


def _blob_sizes(plumbing: Plumbing, blobs: Sequence[str]) -> dict[str, int]:
    """The sizes of contents by their ids, in bytes; those that the repository does not have are left out."""
    asked = "".join(f"{blob}\n" for blob in dict.fromkeys(blobs)).encode()
    answers = plumbing.ask("cat-file", "--batch-check=%(objectname) %(objectsize)", given=asked).decode().splitlines()
    words = (line.split(" ") for line in answers)
    return {blob: int(size) for blob, size in words if size.isdecimal()}


def _completed(plumbing: Plumbing, files: Sequence[FileDiff], *trees: Tree) -> list[FileDiff]:
    """The files with modes, ids and sizes, of which a patch says only what changed."""
    before, after = (_entries(plumbing, tree) if files else {} for tree in trees)
    pairs = [(before.get(file.former_path or file.path), after.get(file.path)) for file in files]
    sizes = _blob_sizes(plumbing, [entry.blob for pair in pairs for entry in pair if entry and entry.blob])
    return [
        replace(file, before=_sized(first, sizes), after=_sized(second, sizes))
        for file, (first, second) in zip(files, pairs, strict=True)
    ]


def _sized(entry: FileEntry | None, sizes: Mapping[str, int]) -> FileEntry | None:
    return entry and replace(entry, size=sizes.get(entry.blob or ""))
