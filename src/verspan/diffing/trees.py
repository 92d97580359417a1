"""Full states of the code as trees of git: a commit with every file over it that was changed, untracked or deleted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from verspan.diffing.plumbing import Plumbing
from verspan.recreating.paths import checked_path
from verspan.versions.capture.listing import encoded
from verspan.versions.capture.model import CodeState, Conversion, FileMode, FileState, Submodule

_LINK_MODE: Final = "160000"


@dataclass(frozen=True)
class Tree:
    """A state of the code in git's object store."""

    tree: str
    """The id of the tree."""
    index: Path
    """The index that it was written from."""


def built_tree(plumbing: Plumbing, name: str, code: CodeState, left_out: Collection[str] = ()) -> Tree:
    """The tree of a state: the commit, which must be there, with the state's own files over it.

    Args:
        plumbing: the repository.
        name: what to call the index.
        code: the state; without a commit it is its own files alone.
        left_out: paths that the tree shall not have.

    Raises:
        GitError: the commit is not there.
        InvalidArgumentError: a path leads out of the tree, as only a stranger's record has it.
    """
    index = plumbing.folder / f"{name}.index"
    base = (code.commit,) if code.commit else ("--empty",)
    plumbing.ask("read-tree", *base, index=index)
    gone = f"0 {plumbing.no_object}"
    lines = [
        *((gone, file.path) for file in code.files if file.mode is FileMode.ABSENT),
        *_present(plumbing, code),
        *_submodules(code.submodules),
        *((gone, path) for path in left_out),
    ]
    given = b"".join(f"{entry}\t".encode() + encoded(checked_path(path)) + b"\0" for entry, path in lines)
    plumbing.ask("update-index", "-z", "--index-info", given=given, index=index)
    return Tree(plumbing.ask("write-tree", index=index).decode().strip(), index)


def _present(plumbing: Plumbing, code: CodeState) -> list[tuple[str, str]]:
    """The index entry of each file that is there and not as the commit has it."""
    files = [file for file in code.files if file.mode is not FileMode.ABSENT]
    blobs = _written(plumbing, [_as_git_keeps(file, code) for file in files])
    return [(f"{file.mode.value} {blob}", file.path) for file, blob in zip(files, blobs, strict=True)]


def _written(plumbing: Plumbing, contents: Sequence[bytes]) -> list[str]:
    """The ids of contents, once they are among the objects: in one pack, since a file for each would take its time."""
    if not contents:
        return []
    commands = b"".join(
        b"blob\nmark :%d\ndata %d\n%b\nget-mark :%d\n" % (number, len(content), content, number)
        for number, content in enumerate(contents, 1)
    )
    return plumbing.ask("fast-import", "--quiet", "--done", given=commands + b"done\n").decode().split()


def _as_git_keeps(file: FileState, code: CodeState) -> bytes:
    """The content of a file, with line feeds alone where git makes both characters of it on that machine."""
    makes_crlf = any(converted.conversion is Conversion.CRLF for converted in code.converted)
    uniform = b"\0" not in file.content and file.content.count(b"\n") == file.content.count(b"\r\n")
    return file.content.replace(b"\r\n", b"\n") if makes_crlf and file.tracked and uniform else file.content


def _submodules(submodules: Sequence[Submodule]) -> list[tuple[str, str]]:
    return [(f"{_LINK_MODE} {each.code.commit}", each.path) for each in submodules if each.code.commit]
