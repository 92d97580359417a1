"""Patches as git writes them, read into files and hunks; and a file's change the other way round."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from verspan.diffing.model import FileDiff, FileEntry, FileStatus, Hunk
from verspan.versions.capture.listing import encoded

_HEADER: Final = b"diff --git "
_BINARY: Final = (b"GIT binary patch", b"Binary files ")
_HUNK: Final = re.compile(rb"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@ ?(.*)", re.DOTALL)
_ESCAPED: Final = re.compile(rb'\\([abfnrtv"\\]|[0-3][0-7]{2})')
_LETTERS: Final = dict(zip(b'abfnrtv"\\', b'\a\b\f\n\r\t\v"\\', strict=True))
_SIGNS: Final = (b"", b" ", b"-", b"+", b"\\")
_QUOTE: Final = b'"'
_TURNED: Final = {"+": "-", "-": "+"}
_TURNED_STATUS: Final = {FileStatus.ADDED: FileStatus.REMOVED, FileStatus.REMOVED: FileStatus.ADDED}


def read_patch(patch: bytes) -> list[FileDiff]:
    """The files of a patch, in its order.

    Args:
        patch: what ``git diff --binary --full-index`` prints, with ``a/`` and ``b/`` before the names.
    """
    return list(_joined(_file(section) for section in _sections(patch)))


def turned(file: FileDiff) -> FileDiff:
    """The same change from the second version to the first."""
    status = _TURNED_STATUS.get(file.status, file.status)
    hunks = [_turned_hunk(hunk) for hunk in file.hunks]
    return FileDiff(
        path=file.former_path or file.path,
        former_path=file.path if file.former_path else None,
        status=status,
        before=file.after,
        after=file.before,
        binary=file.binary,
        added=file.removed,
        removed=file.added,
        hunks=hunks,
        incomplete=file.incomplete,
    )


def text_of(content: bytes) -> str:
    r"""Bytes as text; each that is not UTF-8 as ``\xff``."""
    return content.decode("utf-8", "backslashreplace")


def path_text(path: str) -> str:
    """A path of a capture as text."""
    return text_of(encoded(path))


@dataclass
class _Section:
    """The lines of one file in a patch."""

    names: bytes
    """What follows ``diff --git``."""
    headers: dict[bytes, bytes] = field(default_factory=dict)
    """The lines before the hunks, by their first word or words."""
    binary: bool = False
    hunks: list[Hunk] = field(default_factory=list)


_HEADER_WORDS: Final = (
    *(b"old mode ", b"new mode ", b"new file mode ", b"deleted file mode "),
    *(b"rename from ", b"rename to ", b"index "),
)


def _sections(patch: bytes) -> Iterator[_Section]:
    lines = deque(patch.split(b"\n"))
    section: _Section | None = None
    while lines:
        line = lines.popleft()
        if line.startswith(_HEADER):
            if section:
                yield section
            section = _Section(line.removeprefix(_HEADER))
        elif section:
            _read_line(section, line, lines)
    if section:
        yield section


def _read_line(section: _Section, line: bytes, following: deque[bytes]) -> None:
    hunk = _HUNK.fullmatch(line)
    if hunk:
        section.hunks.append(_hunk(hunk, following))
    elif line.startswith(b"\\") and section.hunks:  # after a hunk's last line, which counts had ended
        last = section.hunks.pop()
        section.hunks.append(replace(last, lines=[*last.lines, text_of(line)]))
    elif line.startswith(_BINARY):
        section.binary = True
    else:
        for words in _HEADER_WORDS:
            if line.startswith(words):
                section.headers[words] = line.removeprefix(words)


def _hunk(match: re.Match[bytes], following: deque[bytes]) -> Hunk:
    before_count, after_count = (int(match[group] or 1) for group in (2, 4))
    lines: list[str] = []
    before, after = before_count, after_count
    # A patch that is cut, or somebody's own, may end before its counts.
    while (before > 0 or after > 0) and following and following[0][:1] in _SIGNS:
        line = following.popleft() or b" "
        before -= line[:1] in b" -"
        after -= line[:1] in b" +"
        lines.append(text_of(line))
    return Hunk(int(match[1]), before_count, int(match[3]), after_count, text_of(match[5]), lines)


def _file(section: _Section) -> FileDiff:
    former, path = _paths(section)
    before, after = _entries(section)
    signs = [line[0] for hunk in section.hunks for line in hunk.lines]
    return FileDiff(
        path=text_of(path),
        former_path=text_of(former) if former != path else None,
        status=_status(section, before, after),
        before=before,
        after=after,
        binary=section.binary,
        added=signs.count("+"),
        removed=signs.count("-"),
        hunks=section.hunks,
    )


def _entries(section: _Section) -> tuple[FileEntry | None, FileEntry | None]:
    headers = section.headers
    ids, _, mode = headers.get(b"index ", b"..").partition(b" ")
    before, _, after = ids.partition(b"..")
    mode_before = headers.get(b"deleted file mode ") or headers.get(b"old mode ") or mode
    mode_after = headers.get(b"new file mode ") or headers.get(b"new mode ") or mode
    return (
        None if b"new file mode " in headers else _entry(mode_before, before),
        None if b"deleted file mode " in headers else _entry(mode_after, after),
    )


def _entry(mode: bytes, blob: bytes) -> FileEntry:
    return FileEntry(text_of(mode), text_of(blob) or None)


def _status(section: _Section, before: FileEntry | None, after: FileEntry | None) -> FileStatus:
    if before is None:
        return FileStatus.ADDED
    if after is None:
        return FileStatus.REMOVED
    return FileStatus.RENAMED if b"rename to " in section.headers else FileStatus.MODIFIED


def _paths(section: _Section) -> tuple[bytes, bytes]:
    headers = section.headers
    if b"rename from " in headers and b"rename to " in headers:
        return _unquoted(headers[b"rename from "]), _unquoted(headers[b"rename to "])
    path = _path(section.names)
    return path, path


def _path(names: bytes) -> bytes:
    """The path of a line ``diff --git a/… b/…`` that has the same on both sides, as all but renames have."""
    name = names[: len(names) // 2]
    return _unquoted(name)[len(b"a/") :]


def _unquoted(name: bytes) -> bytes:
    if not name.startswith(_QUOTE):
        return name
    return _ESCAPED.sub(_character, name[1:-1])


def _character(match: re.Match[bytes]) -> bytes:
    escape = match[1]
    return bytes([int(escape, 8) if len(escape) > 1 else _LETTERS[escape[0]]])


def _joined(files: Iterable[FileDiff]) -> Iterator[FileDiff]:
    """A file that became a link or the like is two in a patch: one that goes, and one of its name that comes."""
    pending: FileDiff | None = None
    for file in files:
        if pending and _are_one(pending, file):
            pending = _as_one(pending, file)
            continue
        if pending:
            yield pending
        pending = file
    if pending:
        yield pending


def _are_one(gone: FileDiff, came: FileDiff) -> bool:
    statuses = (gone.status, came.status)
    return statuses == (FileStatus.REMOVED, FileStatus.ADDED) and gone.path == came.path


def _as_one(gone: FileDiff, came: FileDiff) -> FileDiff:
    return replace(
        came,
        status=FileStatus.MODIFIED,
        before=gone.before,
        binary=gone.binary or came.binary,
        removed=gone.removed,
        hunks=[*gone.hunks, *came.hunks],
    )


def _turned_hunk(hunk: Hunk) -> Hunk:
    lines = _turned_lines(hunk.lines)
    return Hunk(hunk.after_start, hunk.after_count, hunk.before_start, hunk.before_count, hunk.heading, lines)


def _turned_lines(lines: Sequence[str]) -> list[str]:
    """Lines with the signs exchanged; those that go stand before those that come, as everywhere."""
    turned_lines: list[str] = []
    came: list[str] = []
    for index, line in enumerate(lines):
        sign = lines[index - 1][0] if line[0] == "\\" else line[0]
        if sign == " ":
            turned_lines += came
            came = []
        (came if sign == "-" else turned_lines).append(_TURNED.get(line[0], line[0]) + line[1:])
    return turned_lines + came
