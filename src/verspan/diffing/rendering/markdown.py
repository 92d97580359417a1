"""The difference of two versions as Markdown, within the length that a comment on a pull request may have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

from verspan.cli.terminal import printable
from verspan.diffing.log import short_commit
from verspan.diffing.model import CodeDiff, Commit, FileDiff, Hunk, PromptsDiff, VersionDiff
from verspan.diffing.rendering.marks import BACKTICKS, cell, code_span, details, escaped, fitted, table
from verspan.diffing.rendering.outline import (
    LETTERS,
    TITLES,
    Row,
    code_summary,
    commit_day,
    counted,
    file_name,
    file_notes,
    heading_rows,
    prompts_summary,
    rows_summary,
    same_parts,
    tables,
    untold_lines,
)

_LISTED: Final = 50
"""Files, commits or values of one list."""
_CELL: Final = 160
"""Characters of one value."""


def rendered_markdown(diff: VersionDiff) -> str:
    """A difference as Markdown: what changed in tables, and lines that changed in blocks to be opened."""
    return fitted(
        chain(_heading(diff), markdown_blocks(diff)),
        lambda left_out: f"*{counted(left_out, 'block')} left out: `verspan diff --format html` has everything.*",
    )


def _heading(diff: VersionDiff) -> Iterator[str]:
    before, after = code_span(diff.before.label), code_span(diff.after.label)
    yield f"## {before} → {after}"
    yield table(("", before, after), (tuple(map(cell, row)) for row in heading_rows(diff)))


def markdown_blocks(diff: VersionDiff) -> Iterator[str]:
    """What differs, part by part."""
    rows, same = tables(diff), same_parts(diff)
    for part, title in TITLES.items():
        if title in same:
            continue
        if part == "code" and diff.code is not None:
            yield from _code(title, diff.code)
        elif part == "prompts" and diff.prompts is not None:
            yield from _prompts(title, diff.prompts)
        elif part in rows:
            yield from _rows(title, rows[part])
    if same:
        yield f"The same: {', '.join(same)}"
    if diff.untold:
        told = (f"- {parts}: {cell(reason, most=10 * _CELL)}" for parts, reason in untold_lines(diff))
        yield "\n".join(["### Cannot be told", "", *told])


def _code(title: str, code: CodeDiff) -> Iterator[str]:
    yield f"### {title}: {code_summary(code)}"
    for what, commits in (("ahead", code.ahead), ("behind", code.behind)):
        if commits:
            yield details(f"{counted(len(commits), 'commit')} {what}", _commits(commits))
    if code.files:
        head = ("", "file", "lines", "")
        yield _bounded(table(head, map(_file_row, code.files[:_LISTED])), len(code.files), "file")
    for file in code.files:
        if file.hunks:
            yield details(f"<code>{escaped(file_name(file))}</code> +{file.added} -{file.removed}", _diff(file.hunks))


def _commits(commits: Sequence[Commit]) -> str:
    lines = (
        f"- {short_commit(commit.commit)} {commit_day(commit.timestamp)} {code_span(commit.author)}:"
        f" {code_span(commit.subject)}"
        for commit in commits[:_LISTED]
    )
    return _bounded("\n".join(lines), len(commits), "commit")


def _file_row(file: FileDiff) -> tuple[str, ...]:
    lines = f"+{file.added} -{file.removed}" if file.added or file.removed else ""
    return LETTERS[file.status], cell(code_span(file_name(file))), lines, cell(file_notes(file))


def _rows(title: str, rows: Sequence[Row]) -> Iterator[str]:
    yield f"### {title}: {rows_summary(rows)}"
    short = [row for row in rows if not row.hunks]
    if short:
        cells = ((row.kind.value, *map(_value, (row.name, row.before, row.after))) for row in short[:_LISTED])
        yield _bounded(table(("", "name", "before", "after"), cells), len(short), "value")
    for row in rows:
        hunks = row.hunks
        if hunks:
            yield details(f"{row.kind.value} <code>{escaped(row.name)}</code>", _diff(hunks))


def _prompts(title: str, prompts: PromptsDiff) -> Iterator[str]:
    yield f"### {title}: {prompts_summary(prompts)}"
    for change in prompts.changed:
        versions = f"version {change.before.version} → {change.after.version}"
        yield details(f"~ <code>{escaped(change.before.name)}</code> {versions}", _diff(change.hunks))
    lines = [
        f"- {sign} {code_span(use.name)} version {use.version}"
        for sign, uses in (("added", prompts.added), ("removed", prompts.removed))
        for use in uses[:_LISTED]
    ]
    if lines:
        yield "\n".join(lines)


def _bounded(block: str, number: int, what: str) -> str:
    """A list with a line on what it leaves out."""
    return f"{block}\n\n… and {counted(number - _LISTED, f'more {what}')}" if number > _LISTED else block


def _diff(hunks: Sequence[Hunk]) -> str:
    lines = [line for hunk in hunks for line in (_position(hunk), *hunk.lines)]
    text = printable("\n".join(lines).replace("\t", "    "))
    fence = "`" * max(3, *(len(found) + 1 for found in BACKTICKS.findall(text)), 3)
    return f"{fence}diff\n{text}\n{fence}"


def _position(hunk: Hunk) -> str:
    before, after = f"-{hunk.before_start},{hunk.before_count}", f"+{hunk.after_start},{hunk.after_count}"
    return f"@@ {before} {after} @@ {hunk.heading}".rstrip()


def _value(value: str | None) -> str:
    return "" if value is None else cell(code_span(value) if value else "(empty)")
