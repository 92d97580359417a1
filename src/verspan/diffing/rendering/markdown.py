"""The difference of two versions as Markdown, within the length that a comment on a pull request may have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Final

from verspan.cli.terminal import one_line, printable
from verspan.diffing.log import short_commit
from verspan.diffing.model import CodeDiff, Commit, FileDiff, Hunk, PromptsDiff, VersionDiff
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

_MOST_CHARACTERS: Final = 60_000
"""GitHub takes 65,536, and some are for what stands around it."""
_LISTED: Final = 50
"""Files, commits or values of one list."""
_CELL: Final = 160
"""Characters of one value."""
_BACKTICKS: Final = re.compile(r"`+")


def rendered_markdown(diff: VersionDiff) -> str:
    """A difference as Markdown: what changed in tables, and lines that changed in blocks to be opened."""
    kept: list[str] = []
    room = _MOST_CHARACTERS
    left_out = 0
    for block in _blocks(diff):
        if len(block) > room:
            left_out += 1
            continue
        kept.append(block)
        room -= len(block) + len("\n\n")
    if left_out:
        kept.append(f"*{counted(left_out, 'block')} left out: `verspan diff --format html` has everything.*")
    return "\n\n".join(kept) + "\n"


def _blocks(diff: VersionDiff) -> Iterator[str]:
    before, after = _code_span(diff.before.label), _code_span(diff.after.label)
    yield f"## {before} → {after}"
    yield _table(("", before, after), (tuple(map(_cell, row)) for row in heading_rows(diff)))
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
        told = (f"- {parts}: {_cell(reason, most=10 * _CELL)}" for parts, reason in untold_lines(diff))
        yield "\n".join(["### Cannot be told", "", *told])


def _code(title: str, code: CodeDiff) -> Iterator[str]:
    yield f"### {title}: {code_summary(code)}"
    for what, commits in (("ahead", code.ahead), ("behind", code.behind)):
        if commits:
            yield _details(f"{counted(len(commits), 'commit')} {what}", _commits(commits))
    if code.files:
        head = ("", "file", "lines", "")
        yield _bounded(_table(head, map(_file_row, code.files[:_LISTED])), len(code.files), "file")
    for file in code.files:
        if file.hunks:
            yield _details(f"<code>{_text(file_name(file))}</code> +{file.added} -{file.removed}", _diff(file.hunks))


def _commits(commits: Sequence[Commit]) -> str:
    lines = (
        f"- {short_commit(commit.commit)} {commit_day(commit.timestamp)} {_code_span(commit.author)}:"
        f" {_code_span(commit.subject)}"
        for commit in commits[:_LISTED]
    )
    return _bounded("\n".join(lines), len(commits), "commit")


def _file_row(file: FileDiff) -> tuple[str, ...]:
    lines = f"+{file.added} -{file.removed}" if file.added or file.removed else ""
    return LETTERS[file.status], _cell(_code_span(file_name(file))), lines, _cell(file_notes(file))


def _rows(title: str, rows: Sequence[Row]) -> Iterator[str]:
    yield f"### {title}: {rows_summary(rows)}"
    short = [row for row in rows if not row.hunks]
    if short:
        cells = ((row.kind.value, *map(_value, (row.name, row.before, row.after))) for row in short[:_LISTED])
        yield _bounded(_table(("", "name", "before", "after"), cells), len(short), "value")
    for row in rows:
        hunks = row.hunks
        if hunks:
            yield _details(f"{row.kind.value} <code>{_text(row.name)}</code>", _diff(hunks))


def _prompts(title: str, prompts: PromptsDiff) -> Iterator[str]:
    yield f"### {title}: {prompts_summary(prompts)}"
    for change in prompts.changed:
        versions = f"version {change.before.version} → {change.after.version}"
        yield _details(f"~ <code>{_text(change.before.name)}</code> {versions}", _diff(change.hunks))
    lines = [
        f"- {sign} {_code_span(use.name)} version {use.version}"
        for sign, uses in (("added", prompts.added), ("removed", prompts.removed))
        for use in uses[:_LISTED]
    ]
    if lines:
        yield "\n".join(lines)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))


def _bounded(block: str, number: int, what: str) -> str:
    """A list with a line on what it leaves out."""
    return f"{block}\n\n… and {counted(number - _LISTED, f'more {what}')}" if number > _LISTED else block


def _details(summary: str, block: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{block}\n\n</details>"


def _diff(hunks: Sequence[Hunk]) -> str:
    lines = [line for hunk in hunks for line in (_position(hunk), *hunk.lines)]
    text = printable("\n".join(lines).replace("\t", "    "))
    fence = "`" * max(3, *(len(found) + 1 for found in _BACKTICKS.findall(text)), 3)
    return f"{fence}diff\n{text}\n{fence}"


def _position(hunk: Hunk) -> str:
    before, after = f"-{hunk.before_start},{hunk.before_count}", f"+{hunk.after_start},{hunk.after_count}"
    return f"@@ {before} {after} @@ {hunk.heading}".rstrip()


def _value(value: str | None) -> str:
    return "" if value is None else _cell(_code_span(value) if value else "(empty)")


def _code_span(text: str) -> str:
    """A text as code, in which nobody is mentioned and nothing is linked."""
    shown = _shortened(one_line(text), _CELL)
    marks = "`" * (max(map(len, _BACKTICKS.findall(shown)), default=0) + 1)
    blank = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{marks}{blank}{shown}{blank}{marks}"


def _cell(text: str, most: int = 2 * _CELL) -> str:
    return _shortened(one_line(text), most).replace("|", "\\|")


def _text(text: str) -> str:
    return escape(_shortened(one_line(text), _CELL))


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
