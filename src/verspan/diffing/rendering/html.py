"""The difference of two versions as one page of HTML, which needs no network and runs no script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import Final

from verspan.cli.terminal import printable
from verspan.diffing.log import short_commit
from verspan.diffing.model import CodeDiff, Commit, FileDiff, Hunk, PromptsDiff, PromptUse, VersionDiff
from verspan.diffing.rendering.highlighting import hunk_words, is_prose
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
    tables,
    untold_lines,
)
from verspan.diffing.texts import in_words

_OPEN_FILES: Final = 20
"""Up to so many files are open at first."""
_OPEN_LINES: Final = 200
"""Likewise, changed lines of one file."""
_ROLES: Final = {"+": "come", "-": "gone", "\\": "end", " ": "kept"}
_ELEMENTS: Final = {"+": "ins", "-": "del"}
_NOTHING_LEAVES: Final = "default-src 'none'; style-src 'unsafe-inline'"


def rendered_html(diff: VersionDiff) -> str:
    """A difference as a page of HTML, whole."""
    before, after = html_text(diff.before.label), html_text(diff.after.label)
    sections = list(diff_sections(diff))
    links = "".join(f'<li><a href="#{part}">{title}</a> {summary}</li>' for part, title, summary, _ in sections)
    bodies = "\n".join(
        f'<section id="{part}" aria-labelledby="{part}-title">\n<h2 id="{part}-title">{title}</h2>'
        f'\n<p class="summary">{summary}</p>\n{body}\n</section>'
        for part, title, summary, body in sections
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_NOTHING_LEAVES}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{before} → {after}</title>\n<style>\n{style()}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{before} <span>→</span> {after}</h1>\n{_heading(diff)}\n"
        f'<nav aria-label="Parts"><ul>{links}</ul></nav>\n{bodies}\n</main>\n</body>\n</html>\n'
    )


@cache
def style() -> str:
    """What the page looks like."""
    return files(__package__).joinpath("style.css").read_text(encoding="utf-8")


def diff_sections(diff: VersionDiff) -> Iterator[tuple[str, str, str, str]]:
    """Name, title, summary and body of each part."""
    rows = tables(diff)
    if diff.untold:
        lines = untold_lines(diff)
        told = "".join(f"<li>{parts}: {html_text(reason)}</li>" for parts, reason in lines)
        yield "untold", "Cannot be told", counted(len(lines), "remark"), f"<ul>{told}</ul>"
    for part, title in TITLES.items():
        if part == "code" and diff.code is not None:
            yield part, title, code_summary(diff.code), _code(diff.code)
        elif part == "prompts" and diff.prompts is not None:
            yield part, title, prompts_summary(diff.prompts), _prompts(diff.prompts)
        elif part in rows:
            yield part, title, rows_summary(rows[part]), _rows(title, rows[part])


def _heading(diff: VersionDiff) -> str:
    head = f'<th scope="col">{html_text(diff.before.label)}</th><th scope="col">{html_text(diff.after.label)}</th>'
    rows = "".join(
        f'<tr><th scope="row">{name}</th><td>{html_text(before)}</td><td>{html_text(after)}</td></tr>'
        for name, before, after in heading_rows(diff)
    )
    return f'<table class="values"><caption>Figures</caption><tr><td></td>{head}</tr>{rows}</table>'


# -- tables ------------------------------------------------------------------------------------------------------------


def _rows(title: str, rows: Sequence[Row]) -> str:
    short = "".join(_row(row) for row in rows if not row.hunks)
    head = "".join(f'<th scope="col">{name}</th>' for name in ("change", "name", "before", "after"))
    table = f'<table class="values"><caption>{title}</caption><tr>{head}</tr>{short}</table>' if short else ""
    return table + "".join(_long_row(row) for row in rows if row.hunks)


def _row(row: Row) -> str:
    before, after = ("" if value is None else html_text(value) or "<i>empty</i>" for value in (row.before, row.after))
    kind = row.kind.name.lower()
    return (
        f'<tr class="{kind}"><td><abbr title="{kind}">{row.kind.value}</abbr></td>'
        f'<th scope="row">{html_text(row.name)}</th><td>{before}</td><td>{after}</td></tr>'
    )


def _long_row(row: Row) -> str:
    return _details(f"{row.kind.value} <code>{html_text(row.name)}</code>", _text_hunks(row.hunks), opened=True)


def _prompts(prompts: PromptsDiff) -> str:
    changed = (
        _details(
            f"~ <code>{html_text(change.before.name)}</code> version {change.before.version} → {change.after.version}",
            _text_hunks(change.hunks),
            opened=True,
        )
        for change in prompts.changed
    )
    others = (_use(sign, use) for sign, uses in (("+", prompts.added), ("-", prompts.removed)) for use in uses)
    return "".join([*changed, *others])


def _use(sign: str, use: PromptUse) -> str:
    summary = f"{sign} <code>{html_text(use.name)}</code> version {use.version}"
    return _details(summary, f'<pre class="{_ROLES[sign]}">{html_text(use.text)}</pre>', opened=False)


# -- code --------------------------------------------------------------------------------------------------------------


def _code(code: CodeDiff) -> str:
    few = len(code.files) <= _OPEN_FILES
    return "".join(
        [
            *(_commits(what, commits) for what, commits in (("ahead", code.ahead), ("behind", code.behind)) if commits),
            *(_file(file, opened=few and file.added + file.removed <= _OPEN_LINES) for file in code.files),
        ]
    )


def _commits(what: str, commits: Sequence[Commit]) -> str:
    items = "".join(
        f"<li><code>{short_commit(commit.commit)}</code> {html_text(commit.subject)} "
        f'<span class="who">{html_text(commit.author)}, {commit_day(commit.timestamp)}</span></li>'
        for commit in commits
    )
    return _details(f"{counted(len(commits), 'commit')} {what}", f'<ul class="log">{items}</ul>', opened=True)


def _file(file: FileDiff, *, opened: bool) -> str:
    lines = f'<span class="come">+{file.added}</span> <span class="gone">-{file.removed}</span> ' if file.hunks else ""
    summary = (
        f'<abbr title="{file.status.value}">{LETTERS[file.status]}</abbr> '
        f"<code>{html_text(file_name(file))}</code> {lines}"
        f'<span class="who">{html_text(file_notes(file))}</span>'
    )
    if not file.hunks:
        return f'<p class="file">{summary}</p>'
    return _details(summary, "".join(_hunk(file.path, hunk) for hunk in file.hunks), opened=opened)


def _hunk(path: str, hunk: Hunk) -> str:
    if is_prose(path):
        return _text_hunk(hunk)
    words = hunk_words(path, hunk.lines)
    lines = [(sign, "".join(_word(word.text, word.kind) for word in line)) for sign, line in words]
    return _lines(hunk, lines)


def _text_hunks(hunks: Sequence[Hunk]) -> str:
    return "".join(_text_hunk(hunk) for hunk in hunks)


def _text_hunk(hunk: Hunk) -> str:
    """A hunk of a text, with the words marked that changed."""
    lines = [
        (line.sign, "".join(_piece(line.sign, piece.text, changed=piece.changed) for piece in line.pieces))
        for line in in_words(hunk)
    ]
    return _lines(hunk, lines)


def _lines(hunk: Hunk, lines: Sequence[tuple[str, str]]) -> str:
    before, after = hunk.before_start, hunk.after_start
    rows = []
    for sign, content in lines:
        numbers = (before if sign in " -" else "", after if sign in " +" else "")
        cells = "".join(f'<td data-number="{number}"></td>' for number in numbers)
        rows.append(f'<tr class="{_ROLES[sign]}">{cells}<td>{sign}{content}</td></tr>')
        before += sign in " -"
        after += sign in " +"
    caption = f"line {hunk.after_start or hunk.before_start} {html_text(hunk.heading)}".rstrip()
    return f'<table class="hunk"><caption>{caption}</caption>{"".join(rows)}</table>'


def _word(text: str, kind: str) -> str:
    return f'<span class="{kind}">{html_text(text)}</span>' if kind and text else html_text(text)


def _piece(sign: str, text: str, *, changed: bool) -> str:
    element = _ELEMENTS.get(sign) if changed else None
    return f"<{element}>{html_text(text)}</{element}>" if element else html_text(text)


def _details(summary: str, body: str, *, opened: bool) -> str:
    return f"<details{' open' if opened else ''}><summary>{summary}</summary>{body}</details>\n"


def html_text(text: str) -> str:
    """A text as HTML shows it; tabs stay, and what controls a terminal or the direction of writing is visible."""
    return "\t".join(escape(printable(part)) for part in text.split("\t"))
