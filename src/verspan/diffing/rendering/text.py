"""The difference of two versions for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from verspan.cli.terminal import one_line
from verspan.diffing.log import short_commit
from verspan.diffing.model import CodeDiff, Commit, FileDiff, FileStatus, PromptsDiff, VersionDiff
from verspan.diffing.rendering.hunks import code_hunk, text_hunk
from verspan.diffing.rendering.outline import (
    LETTERS,
    TITLES,
    Row,
    RowKind,
    code_summary,
    commit_day,
    file_name,
    file_notes,
    heading_rows,
    prompts_summary,
    row_values,
    rows_summary,
    same_parts,
    tables,
    untold_lines,
)

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

_FEW_FILES: Final = 10
_FEW_LINES: Final = 300
"""Up to so many files and changed lines are shown line by line where nobody says what to show."""
_LISTED_FILES: Final = 40
_LISTED_COMMITS: Final = 20
_AUTHOR: Final = 20
"""Characters of an author's name."""
_FILE_STYLES: Final = {FileStatus.ADDED: "green", FileStatus.REMOVED: "red", FileStatus.RENAMED: "cyan"}
_ROW_STYLES: Final = {
    RowKind.ADDED: "green",
    RowKind.UPGRADED: "green",
    RowKind.REMOVED: "red",
    RowKind.DOWNGRADED: "red",
    RowKind.CHANGED: "yellow",
}


@dataclass(frozen=True)
class Extent:
    """How much of the code's difference is shown."""

    hunks: bool
    """Changed lines, or only how many."""
    whole: bool
    """Every file and commit, or as many as one looks at."""


def chosen_extent(diff: VersionDiff, *, patch: bool, stat: bool) -> Extent:
    """The extent that was asked for, else the one that suits the difference.

    Args:
        diff: the difference.
        patch: whether changed lines were asked for.
        stat: whether a list of files was asked for.
    """
    code = diff.code
    few = code is None or (len(code.files) <= _FEW_FILES and code.added + code.removed <= _FEW_LINES)
    return Extent(hunks=patch or (few and not stat), whole=patch or stat)


def is_bounded(diff: VersionDiff, extent: Extent) -> bool:
    """Whether an extent leaves something of the code's difference out."""
    code = diff.code
    if code is None or extent.whole:
        return False
    commits = max(len(code.ahead or ()), len(code.behind or ()))
    return (bool(code.files) and not extent.hunks) or len(code.files) > _LISTED_FILES or commits > _LISTED_COMMITS


def rendered_text(diff: VersionDiff, extent: Extent, *, coloured: bool = True) -> Iterator[RenderableType]:
    """What a terminal shows of a difference.

    Args:
        diff: the difference.
        extent: how much of the code is shown.
        coloured: whether it shows colours.
    """
    yield _heading(diff)
    rows, same = tables(diff), same_parts(diff)
    for part, title in TITLES.items():
        if title in same:
            continue
        if part == "code" and diff.code is not None:
            yield from _code(title, diff.code, extent, coloured=coloured)
        elif part == "prompts" and diff.prompts is not None:
            yield from _prompts(title, diff.prompts)
        elif part in rows:
            yield _title(title, rows_summary(rows[part]))
            yield from _rows(rows[part])
    if same:
        yield _title("The same", ", ".join(same))
    yield from _untold(diff)


def _heading(diff: VersionDiff) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_row("", Text(one_line(diff.before.label), "bold"), Text(one_line(diff.after.label), "bold"))
    for name, before, after in heading_rows(diff):
        table.add_row(Text(name, "dim"), *(Text(one_line(value), overflow="fold") for value in (before, after)))
    return table


def _title(title: str, summary: str) -> Text:
    from rich.text import Text

    return Text.assemble("\n", (title, "bold"), (f"  {summary}", "dim"))


def _rows(rows: Sequence[Row]) -> Iterator[RenderableType]:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    longer: list[RenderableType] = []
    for row in rows:
        name = Text(f"  {row.kind.value} {one_line(row.name)}", _ROW_STYLES[row.kind], overflow="fold")
        hunks = row.hunks
        if hunks:
            longer += [name, *map(text_hunk, hunks)]
        else:
            table.add_row(name, Text(one_line(row_values(row)), overflow="fold"))
    if table.row_count:
        yield table
    yield from longer


# -- code --------------------------------------------------------------------------------------------------------------


def _code(title: str, code: CodeDiff, extent: Extent, *, coloured: bool) -> Iterator[RenderableType]:
    yield _title(title, code_summary(code))
    yield from _commits("+", "green", code.ahead or (), extent)
    yield from _commits("-", "red", code.behind or (), extent)
    if code.files:
        yield _file_list(code.files if extent.whole else code.files[:_LISTED_FILES])
    yield from _left_out(len(code.files) - _LISTED_FILES, "files", extent)
    if extent.hunks:
        for file in code.files:
            yield from _hunks(file, coloured=coloured)


def _commits(sign: str, style: str, commits: Sequence[Commit], extent: Extent) -> Iterator[RenderableType]:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    for column in ("commit", "day", "author", "subject"):
        table.add_column(no_wrap=column != "subject", max_width=_AUTHOR if column == "author" else None)
    for commit in commits if extent.whole else commits[:_LISTED_COMMITS]:
        table.add_row(
            Text(f"  {sign} {short_commit(commit.commit)}", style),
            Text(commit_day(commit.timestamp), "dim"),
            Text(one_line(commit.author), "dim", overflow="ellipsis"),
            Text(one_line(commit.subject), overflow="fold"),
        )
    if commits:
        yield table
    yield from _left_out(len(commits) - _LISTED_COMMITS, "commits", extent)


def _left_out(more: int, what: str, extent: Extent) -> Iterator[Text]:
    from rich.text import Text

    if more > 0 and not extent.whole:
        yield Text(f"  … and {more} more {what}", "dim")


def _file_list(files: Sequence[FileDiff]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    for column in ("letter", "added", "removed", "file"):
        table.add_column(justify="right" if column.endswith("ed") else "left", no_wrap=column != "file")
    for file in files:
        style = _FILE_STYLES.get(file.status, "yellow")
        added, removed = (f"{sign}{count}" if count else "" for sign, count in (("+", file.added), ("-", file.removed)))
        name = Text(one_line(file_name(file)), overflow="fold")
        name.append("  " + one_line(file_notes(file)) if file_notes(file) else "", "dim")
        table.add_row(Text(f"  {LETTERS[file.status]}", style), Text(added, "green"), Text(removed, "red"), name)
    return table


def _hunks(file: FileDiff, *, coloured: bool) -> Iterator[RenderableType]:
    from rich.text import Text

    if file.hunks:
        yield Text.assemble("\n", (one_line(file_name(file)), "bold"))
        yield from (code_hunk(file.path, hunk, coloured=coloured) for hunk in file.hunks)


# -- prompts ----------------------------------------------------------------------------------------------------------


def _prompts(title: str, prompts: PromptsDiff) -> Iterator[RenderableType]:
    from rich.text import Text

    yield _title(title, prompts_summary(prompts))
    for change in prompts.changed:
        versions = f"{change.before.version} → {change.after.version}"
        yield Text.assemble("  ", (f"~ {one_line(change.before.name)}", "yellow"), f"  version {versions}")
        yield from map(text_hunk, change.hunks)
    for sign, style, uses in (("+", "green", prompts.added), ("-", "red", prompts.removed)):
        for use in uses:
            yield Text.assemble("  ", (f"{sign} {one_line(use.name)}", style), f"  version {use.version}")


def _untold(diff: VersionDiff) -> Iterator[RenderableType]:
    from rich.padding import Padding
    from rich.text import Text

    if diff.untold:
        yield _title("Cannot be told", "")
        for parts, reason in untold_lines(diff):
            yield Padding(Text.assemble((parts, "yellow"), f": {one_line(reason)}"), (0, 0, 0, 2))
