"""A comparison as one page of HTML, which needs no network and runs no script.

Answers come from models and questions from users, so every text is escaped, and the page's policy forbids whatever
is not in it: no script at all, no style but the one whose digest it names, and nothing to load or to send.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files

from verspan.comparison.model import Comparison
from verspan.comparison.reports.page_rows import rows_section
from verspan.comparison.reports.plots import interval_plot, latency_plot, slug
from verspan.comparison.reports.saying import Report, notes_beside, rows_sentence
from verspan.comparison.words import Line, lines
from verspan.diffing.model import VersionDiff
from verspan.diffing.rendering.html import diff_sections, html_text
from verspan.diffing.rendering.html import style as diff_style
from verspan.diffing.rendering.outline import TITLES


def html_report(report: Report) -> str:
    """The report as a page, whole."""
    comparison = report.comparison
    before, after = html_text(comparison.baseline), html_text(comparison.candidate)
    sections = list(_sections(report))
    links = "".join(f'<li><a href="#{name}">{title}</a></li>' for name, title, _, _ in sections)
    bodies = "\n".join(
        f'<section id="{name}" aria-labelledby="{name}-title">\n<h2 id="{name}-title">{title}</h2>\n'
        f'<p class="summary">{summary}</p>\n{body}\n</section>'
        for name, title, summary, body in sections
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_content_policy()}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{report.verdict.capitalize()}: {before} → {after}</title>\n<style>{_style()}</style>\n</head>\n"
        f'<body>\n<main class="report">\n<h1>{before} <span>→</span> {after}</h1>\n'
        f'<p class="verdict {slug(report.verdict)}"><strong>{report.verdict.capitalize()}</strong> '
        f'{report.sentence}</p>\n{_warnings(comparison)}<nav aria-label="Parts"><ul>{links}</ul></nav>\n'
        f"{bodies}\n</main>\n</body>\n</html>\n"
    )


@cache
def _style() -> str:
    return diff_style() + files(__package__).joinpath("report.css").read_text(encoding="utf-8")


def _content_policy() -> str:
    digest = b64encode(sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _sections(report: Report) -> Iterator[tuple[str, str, str, str]]:
    """Name, title, summary and body of each part."""
    comparison = report.comparison
    if report.gate is not None:
        yield "checks", "Checks", report.sentence, _checks(report)
    directions = Counter(metric.direction.value for metric in comparison.metrics)
    summary = ", ".join(f"{number} {direction}" for direction, number in directions.items()) or "none"
    yield "metrics", "Metrics", summary, _metrics(comparison)
    plot = latency_plot(comparison)
    if plot:
        yield "latency", "Latency", "share of answers that took no longer", _latency(comparison, plot)
    if comparison.rows:
        yield "rows", "Rows", rows_sentence(comparison.rows), rows_section(comparison)
    if comparison.why is not None:
        yield "changes", "What changed", _differences(comparison.why), _changes(comparison.why)
    notes = "".join(f"<li>{html_text(note)}</li>" for note in notes_beside(comparison))
    yield "methods", "How it was compared", html_text(f"by {comparison.basis.value}"), f"<ul>{notes}</ul>"


def _warnings(comparison: Comparison) -> str:
    items = "".join(f"<li>{html_text(warning)}</li>" for warning in comparison.warnings)
    return f'<ul class="warnings" aria-label="Warnings">{items}</ul>\n' if items else ""


def _checks(report: Report) -> str:
    rows = "".join(
        f'<tr><td>{_chip(check.verdict.value)}</td><th scope="row">{html_text(check.metric)}</th>'
        f'<td data-name="demand">{html_text(check.demand)}</td><td data-name="found">{html_text(check.found)}</td>'
        f'<td class="reason">{html_text(check.reason)}</td></tr>'
        for check in (report.gate.checks if report.gate is not None else ())
    )
    return _table("Checks", ("verdict", "metric", "demand", "found", "why"), rows)


def _metrics(comparison: Comparison) -> str:
    rows = "".join(
        _metric(line, interval_plot(metric, f"{line.metric}: {line.difference} ({line.interval}), {line.verdict}"))
        for metric, line in zip(comparison.metrics, lines(comparison), strict=True)
    )
    head = ("verdict", "metric", "baseline", "candidate", "difference", "", "interval", "rows")
    return _table("Metrics", head, rows)


def _metric(line: Line, plot: str) -> str:
    cells = (
        ("baseline", line.baseline),
        ("candidate", line.candidate),
        ("difference", line.difference),
        ("", plot),
        ("interval", line.interval),
        ("rows", line.rows),
    )
    texts = "".join(
        f'<td data-name="{name}">{html_text(text)}</td>' if name else f'<td class="plot">{text}</td>'
        for name, text in cells
    )
    return f'<tr><td>{_chip(line.verdict)}</td><th scope="row">{html_text(line.metric)}</th>{texts}</tr>'


def _table(caption: str, head: tuple[str, ...], rows: str) -> str:
    names = "".join(f'<th scope="col">{name}</th>' for name in head)
    return f'<table class="values stacked"><caption>{caption}</caption><tr class="head">{names}</tr>{rows}</table>'


def _chip(verdict: str) -> str:
    return f'<span class="chip {slug(verdict)}">{verdict}</span>'


def _latency(comparison: Comparison, plot: str) -> str:
    names = "".join(
        f'<li class="{side}">{html_text(name)}</li>'
        for side, name in (("baseline", comparison.baseline), ("candidate", comparison.candidate))
    )
    return f'<ul class="legend">{names}</ul>{plot}'


def _differences(diff: VersionDiff) -> str:
    titles = [title.lower() for part, title in TITLES.items() if (found := getattr(diff, part)) and not found.same]
    return ", ".join(titles) or "nothing that is recorded"


def _changes(diff: VersionDiff) -> str:
    return "".join(
        f'<h3>{title} <span class="who">{summary}</span></h3>{body}' for _, title, summary, body in diff_sections(diff)
    )
