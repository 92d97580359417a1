"""The difference of the code of two versions: whole where the repository is there, else as far as captures tell it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from verspan.diffing.captures_alone import files_of_captures
from verspan.diffing.log import commits_since, short_commit
from verspan.diffing.model import CodeDiff, CodeSummary, FileDiff
from verspan.diffing.omitted import Omitted, omitted
from verspan.diffing.patches import path_text
from verspan.diffing.plumbing import Plumbing
from verspan.diffing.submodules import SubmodulePair, differing_submodules
from verspan.diffing.tree_diffs import tree_difference
from verspan.diffing.trees import built_tree
from verspan.errors import InvalidArgumentError
from verspan.versions.capture.model import CodeState
from verspan.versions.git_command import GitError

_SHALLOW_LOG = (
    "the repository is a shallow clone, so that the log may lack commits: `git fetch --unshallow` gets the others"
)


@dataclass(frozen=True)
class CodeComparison:
    """A difference, and a sentence for each thing about it that cannot be told."""

    diff: CodeDiff | None
    reasons: Sequence[str] = ()


def compare_code(before: CodeState, after: CodeState, repository: Path | None) -> CodeComparison:
    """The difference of two states of the code.

    Args:
        before: the first.
        after: the second.
        repository: a folder in the repository that both come from; None where there is none.
    """
    left_out = omitted(before, after)
    try:
        compared = _compared(before, after, repository, left_out)
    except (GitError, InvalidArgumentError) as error:
        return CodeComparison(None, [f"the states of the code cannot be compared: {error}"])
    whole = replace(compared, reasons=[*compared.reasons, *left_out.reasons])
    for pair in differing_submodules(before, after):
        inner = compare_code(pair.before, pair.after, repository and pair.repository_in(repository))
        whole = _with_submodule(whole, pair, inner)
    return whole


def _with_submodule(whole: CodeComparison, pair: SubmodulePair, inner: CodeComparison) -> CodeComparison:
    reasons = [f"in the submodule {path_text(pair.path)}, {reason}" for reason in inner.reasons]
    if whole.diff is None or inner.diff is None:
        return replace(whole, reasons=[*whole.reasons, *reasons])
    files = [*whole.diff.files, *(pair.within(file) for file in inner.diff.files)]
    return CodeComparison(replace(whole.diff, files=files), [*whole.reasons, *reasons])


def _compared(before: CodeState, after: CodeState, repository: Path | None, left_out: Omitted) -> CodeComparison:
    with Plumbing(repository) as plumbing:
        missing = _missing(plumbing, repository, [before.commit, after.commit])
        if not missing:
            return _between_trees(plumbing, before, after, left_out)
    with Plumbing(None) as plumbing:
        alone = files_of_captures(plumbing, before, after)
    diff = _diff(before, after, [*alone.files, *left_out.files])
    return CodeComparison(diff, [f"{missing}: {reason}" for reason in alone.reasons])


def _between_trees(plumbing: Plumbing, before: CodeState, after: CodeState, left_out: Omitted) -> CodeComparison:
    first, second = (built_tree(plumbing, *named, left_out.paths) for named in (("before", before), ("after", after)))
    difference = tree_difference(plumbing, first, second)
    diff = replace(
        _diff(before, after, [*difference.files, *left_out.files]),
        ahead=commits_since(plumbing, before.commit, after.commit),
        behind=commits_since(plumbing, after.commit, before.commit),
        patch=difference.patch,
    )
    cut = before.commit != after.commit and plumbing.shallow
    return CodeComparison(diff, [_SHALLOW_LOG] if cut else [])


def _diff(before: CodeState, after: CodeState, files: Iterable[FileDiff]) -> CodeDiff:
    ordered = sorted(files, key=lambda file: file.path)
    return CodeDiff(_summary(before), _summary(after), None, None, ordered)


def _summary(code: CodeState) -> CodeSummary:
    changed = sum(submodule.changed for submodule in code.submodules)
    return CodeSummary(code.commit, code.branch, len(code.files) + changed)


def _missing(plumbing: Plumbing, repository: Path | None, commits: Iterable[str | None]) -> str | None:
    """Why trees cannot be made of these commits, as the beginning of a sentence; None where they can."""
    absent = [commit for commit in commits if commit and not plumbing.has_commit(commit)]
    if not absent:
        return None
    if repository is None:
        return "there is no git repository here (--repository says where it is)"
    shown = " and ".join(dict.fromkeys(short_commit(commit) for commit in absent))
    lacks = f"the repository {repository} does not have {shown}"
    return f"{lacks}, being a shallow clone (`git fetch --unshallow`)" if plumbing.shallow else f"{lacks} (`git fetch`)"
