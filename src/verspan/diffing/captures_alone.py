"""What two captures tell of the code where the repository is not there.

A capture holds the whole content of every file that was not as its commit has it, and the patch from the commit. So two
states of one commit can be compared whole. Of two commits it is told what both captures hold, and no more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from verspan.diffing.model import FileDiff
from verspan.diffing.omitted import unshown
from verspan.diffing.patches import path_text, read_patch, turned
from verspan.diffing.plumbing import Plumbing
from verspan.diffing.tree_diffs import tree_difference
from verspan.diffing.trees import built_tree
from verspan.versions.capture.model import CodeState, FileState


@dataclass(frozen=True)
class FilesAlone:
    """The files that two captures tell of, and a sentence for each thing that they do not tell."""

    files: Sequence[FileDiff]
    reasons: Sequence[str] = ()


def files_of_captures(plumbing: Plumbing, before: CodeState, after: CodeState) -> FilesAlone:
    """The files that differ between two states, as far as their captures hold them.

    Args:
        plumbing: an empty repository.
        before: the first state.
        after: the second.
    """
    first, second = _by_path(before.files), _by_path(after.files)
    one_commit = before.commit == after.commit
    whole = {path for path in {*first, *second} if path in first and path in second}
    whole |= {path for path in {*first, *second} if one_commit and not (first.get(path) or second[path]).tracked}
    files = _between(plumbing, _only(before, whole), _only(after, whole))
    if not one_commit:
        return FilesAlone(files, ["the files that the two commits hold are not compared, and neither is the log"])
    patched = [*_patched(after, whole), *(turned(file) for file in _patched(before, whole))]
    cut = any(file.incomplete for file in patched)
    return FilesAlone([*files, *patched], ["what changed in some files is not kept"] if cut else [])


def _by_path(files: Sequence[FileState]) -> dict[str, FileState]:
    return {file.path: file for file in files}


def _only(code: CodeState, paths: Collection[str]) -> CodeState:
    """The files of a state with these paths, over no commit."""
    return CodeState(None, files=[file for file in code.files if file.path in paths], converted=code.converted)


def _between(plumbing: Plumbing, before: CodeState, after: CodeState) -> Sequence[FileDiff]:
    first, second = (built_tree(plumbing, *named) for named in (("before", before), ("after", after)))
    return tree_difference(plumbing, first, second).files


def _patched(code: CodeState, told: Collection[str]) -> list[FileDiff]:
    """What a state changed of its commit's files, but for those that are told already."""
    named = {path_text(path) for path in told}
    files = [file for file in read_patch(code.patch) if file.path not in named]
    shown = {path for file in files for path in (file.path, file.former_path)}
    others = [path_text(file.path) for file in code.files if file.tracked and file.path not in told]
    return files + [unshown(path) for path in others if path not in shown]
