"""Files of which the captures keep no content: they were over the size cap, could not be read, or are no files."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from verspan.diffing.model import FileDiff, FileEntry, FileStatus
from verspan.diffing.patches import path_text
from verspan.versions.capture.model import CodeState, Omission, OmissionReason

_WHY = {
    OmissionReason.SIZE: "larger than VERSPAN_CAPTURE_MAX_BYTES",
    OmissionReason.UNREADABLE: "not readable",
    OmissionReason.SPECIAL: "neither a file nor a link",
    OmissionReason.SECRET: "untracked and by their names secret",
}
_NAMED = 5
"""How many files a sentence names."""


@dataclass(frozen=True)
class Omitted:
    """The files that one of two states has no content of."""

    paths: Collection[str]
    """They are to be left out of a comparison of contents."""
    files: Sequence[FileDiff]
    """Those that differ, or may differ."""
    reasons: Sequence[str]


def omitted(before: CodeState, after: CodeState) -> Omitted:
    """The files that one of two states has no content of, and what can be told of them all the same."""
    first, second = _left_out(before), _left_out(after)
    paths = sorted({*first, *second})
    unknown = [path for path in paths if not _known_same(first.get(path), second.get(path))]
    files = [_file(path, first.get(path), second.get(path)) for path in unknown]
    return Omitted(paths, files, [_reason({**first, **second}, unknown)] if unknown else [])


def unshown(path: str) -> FileDiff:
    """A file that differs, or may differ, in a way that cannot be shown."""
    entry = FileEntry("")
    return FileDiff(path, None, FileStatus.MODIFIED, entry, entry, False, 0, 0, (), incomplete=True)  # noqa: FBT003 - not binary


def _left_out(code: CodeState) -> dict[str, Omission]:
    return {each.path: each for each in code.omissions if each.reason in _WHY}


def _known_same(before: Omission | None, after: Omission | None) -> bool:
    return before is not None and after is not None and before.digest is not None and before.digest == after.digest


def _file(path: str, before: Omission | None, after: Omission | None) -> FileDiff:
    # It is told as changed: whether the other state has the file, a commit alone may know.
    first, second = (FileEntry("", size=each.size if each else None) for each in (before, after))
    return replace(unshown(path_text(path)), before=first, after=second)


def _reason(omissions: dict[str, Omission], unknown: Sequence[str]) -> str:
    named = [f"{path_text(path)} ({_WHY[omissions[path].reason]})" for path in unknown[:_NAMED]]
    more = [f"{len(unknown) - _NAMED} more"] if len(unknown) > _NAMED else []
    return f"not kept by a capture, so that what changed in it cannot be shown: {', '.join([*named, *more])}"
