"""What every rendering shows of a difference, in the same order and the same words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Final

from verspan.cli.quantities import NOTHING, duration, local_time, usd
from verspan.diffing.log import short_commit
from verspan.diffing.model import (
    Changed,
    CodeDiff,
    CodeSummary,
    DependencyDiff,
    FileDiff,
    FileEntry,
    FileStatus,
    Hunk,
    MappingDiff,
    PromptsDiff,
    Side,
    VersionDiff,
)
from verspan.diffing.texts import value_hunks
from verspan.traces.model import Figures

_NS_PER_MS: Final = 1_000_000
_SHORT_ID: Final = len("m-") + 8
_LONG: Final = 60
"""Characters of a value from which on it is compared by its words."""
_SIZES: Final = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))
TITLES: Final = {
    "code": "Code",
    "params": "Parameters",
    "calls": "Calls of models",
    "prompts": "Prompts",
    "dependencies": "Dependencies",
    "environment": "Environment",
    "entry_point": "Entry point",
}
"""By the names of the fields of :class:`VersionDiff`."""
SAME: Final = "the same"
LETTERS: Final = {
    FileStatus.ADDED: "A",
    FileStatus.REMOVED: "D",
    FileStatus.MODIFIED: "M",
    FileStatus.RENAMED: "R",
}
"""What becomes of a file, as git abbreviates it."""


class RowKind(str, Enum):
    """What became of a value; its own sign."""

    ADDED = "+"
    REMOVED = "-"
    CHANGED = "~"
    UPGRADED = "↑"
    DOWNGRADED = "↓"


@dataclass(frozen=True)
class Row:
    """A value that one version has, or both have."""

    kind: RowKind
    name: str
    before: str | None
    after: str | None

    @cached_property
    def hunks(self) -> Sequence[Hunk]:
        """What changed in a value that is too long to stand beside another; else nothing."""
        if self.before is None or self.after is None:
            return ()
        long = any(len(value) > _LONG or "\n" in value for value in (self.before, self.after))
        return value_hunks(self.before, self.after) if long else ()


def heading_rows(diff: VersionDiff) -> list[tuple[str, str, str]]:
    """What a difference begins with: a name, and the value of either version."""
    states = (code_label(diff.code.before), code_label(diff.code.after)) if diff.code else (NOTHING, NOTHING)
    rows = [("code", *states)]
    rows += [(name, read(diff.before), read(diff.after)) for name, read in _FACTS.items()]
    return [row for row in rows if (row[1], row[2]) != (NOTHING, NOTHING)]


def tables(diff: VersionDiff) -> dict[str, list[Row]]:
    """The rows of each part that is a table, by the name of the part; parts that are not compared are left out."""
    parts: dict[str, MappingDiff | None] = {
        "params": diff.params,
        "calls": diff.calls,
        "environment": diff.environment,
        "entry_point": diff.entry_point,
    }
    found = {name: _mapping_rows(part) for name, part in parts.items() if part is not None}
    if diff.dependencies is not None:
        found["dependencies"] = _dependency_rows(diff.dependencies)
    return {name: found[name] for name in TITLES if name in found}


def same_parts(diff: VersionDiff) -> list[str]:
    """The titles of the parts that are compared and do not differ."""
    return [title for part, title in TITLES.items() if (found := getattr(diff, part)) is not None and _is_same(found)]


def rows_summary(rows: Sequence[Row]) -> str:
    """How many values came, went and changed: ``2 added, 1 upgraded``."""
    counts = ((kind.name.lower(), sum(row.kind is kind for row in rows)) for kind in RowKind)
    return ", ".join(f"{number} {what}" for what, number in counts if number) or SAME


def row_values(row: Row) -> str:
    """The values of a row, with an arrow between two."""
    values = (row.before, row.after)
    return " → ".join(value or "(empty)" for value in values if value is not None)


def prompts_summary(prompts: PromptsDiff) -> str:
    """How many prompts came, went and changed."""
    counts = {"added": len(prompts.added), "removed": len(prompts.removed), "changed": len(prompts.changed)}
    return ", ".join(f"{number} {what}" for what, number in counts.items() if number) or SAME


def code_summary(code: CodeDiff) -> str:
    """How the code differs: ``3 commits ahead, 1 behind; 4 files, +12 -3``."""
    files = f"{counted(len(code.files), 'file')}, +{code.added} -{code.removed}" if code.files else "files are the same"
    if code.ahead is None or code.behind is None:
        return files
    log = [f"{counted(len(code.ahead), 'commit')} ahead"] if code.ahead else []
    log += [f"{len(code.behind) if log else counted(len(code.behind), 'commit')} behind"] if code.behind else []
    return "; ".join([", ".join(log), files]) if log else files


def code_label(code: CodeSummary) -> str:
    """The state of the code in a few letters: ``main@1a2b3c4d + 3 files``."""
    commit = short_commit(code.commit) if code.commit else "no commit"
    dirty = f" + {counted(code.dirty_files, 'file')}" if code.dirty_files else ""
    return f"{code.branch or 'detached'}@{commit}{dirty}"


def file_name(file: FileDiff) -> str:
    """A file's path, with the former one before it."""
    return f"{file.former_path} → {file.path}" if file.former_path else file.path


def file_notes(file: FileDiff) -> str:
    """What is to be said of a file besides its lines: its mode, its size where it is binary."""
    before, after = file.before, file.after
    notes = ["cannot be shown"] if file.incomplete else []
    if before and after and before.mode != after.mode:
        notes.append(f"mode {before.mode} → {after.mode}")
    if file.binary:
        notes.append("binary, " + " → ".join(_content(entry) for entry in (before, after) if entry))
    return ", ".join(notes)


def untold_lines(diff: VersionDiff) -> list[tuple[str, str]]:
    """What cannot be told: the parts, and the reason."""
    titles: dict[str, list[str]] = {}
    for each in diff.untold:
        titles.setdefault(each.reason, []).append(TITLES[each.part.value])
    return [(", ".join(dict.fromkeys(parts)), reason) for reason, parts in titles.items()]


def size_text(size: int) -> str:
    """A size in the unit that suits it: ``812 B``, ``12.3 kB``."""
    for unit, name in _SIZES:
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} B"


def counted(number: int, what: str) -> str:
    """A number of things: ``1 file``, ``2 files``."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def commit_day(timestamp: int) -> str:
    """The day of a commit in the local time zone."""
    return local_time(timestamp * _NS_PER_MS).partition(" ")[0]


def _is_same(part: CodeDiff | MappingDiff | PromptsDiff | DependencyDiff) -> bool:
    """Whether there is nothing to show of a part; code may come from other commits and be the same."""
    return part.same and not (isinstance(part, CodeDiff) and (part.ahead or part.behind))


def _content(entry: FileEntry) -> str:
    size = "size unknown" if entry.size is None else size_text(entry.size)
    return f"{size} ({short_commit(entry.blob)})" if entry.blob else size


def _model_id(side: Side) -> str:
    return side.model.model_id[:_SHORT_ID] if side.model else NOTHING


def _created(side: Side) -> str:
    return local_time(side.model.creation_timestamp * _NS_PER_MS) if side.model else NOTHING


def _figure(read: Callable[[Figures], str]) -> Callable[[Side], str]:
    return lambda side: read(side.figures) if side.figures and side.figures.calls else NOTHING


def _cost_of_a_call(figures: Figures) -> str:
    if figures.cost_usd is None:
        return NOTHING
    priced = figures.calls - figures.unpriced_calls
    return usd(figures.cost_usd / priced) if priced else NOTHING


_FACTS: Final[Mapping[str, Callable[[Side], str]]] = {
    "id": _model_id,
    "created": _created,
    "calls": _figure(lambda figures: f"{figures.calls:,}"),
    "errors": _figure(lambda figures: f"{figures.errors:,}"),
    "cost": _figure(lambda figures: usd(figures.cost_usd, unpriced_calls=figures.unpriced_calls)),
    "cost of a call": _figure(_cost_of_a_call),
    "call p50": _figure(lambda figures: duration(figures.p50_ms)),
    "call p95": _figure(lambda figures: duration(figures.p95_ms)),
}
"""What is told of each of the two, besides its code."""


def _mapping_rows(diff: MappingDiff) -> list[Row]:
    return [
        *_changed_rows(RowKind.CHANGED, diff.changed),
        *(Row(RowKind.ADDED, name, None, value) for name, value in diff.added.items()),
        *(Row(RowKind.REMOVED, name, value, None) for name, value in diff.removed.items()),
    ]


def _dependency_rows(diff: DependencyDiff) -> list[Row]:
    return [
        *_changed_rows(RowKind.CHANGED, diff.runtime),
        *_changed_rows(RowKind.UPGRADED, diff.upgraded),
        *_changed_rows(RowKind.DOWNGRADED, diff.downgraded),
        *_mapping_rows(MappingDiff(diff.added, diff.removed, diff.changed)),
    ]


def _changed_rows(kind: RowKind, changed: Mapping[str, Changed]) -> list[Row]:
    return [Row(kind, name, each.before, each.after) for name, each in changed.items()]
