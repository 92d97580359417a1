"""A comparison as a comment on a pull request: the verdict first, and what it comes of below, folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from verspan.comparison.model import Comparison, RowComparison, RowVerdict
from verspan.comparison.reports.saying import Report, notes_beside, rows_sentence
from verspan.comparison.row_words import answer_text, inputs_text, scores_text
from verspan.comparison.words import lines
from verspan.diffing.model import VersionDiff
from verspan.diffing.rendering.markdown import markdown_blocks
from verspan.diffing.rendering.marks import cell, code_span, details, fitted, plain, table

_SHOWN_ROWS: Final = 20
_TOLD: Final = (RowVerdict.ERROR, RowVerdict.REGRESSED, RowVerdict.IMPROVED)
"""The rows that a reader of a pull request looks at."""
_CHANGES: Final = 30_000
"""Characters of what changed: the rest of a comment is for what came of it."""


def markdown_report(report: Report) -> str:
    """The report as GitHub and GitLab show it, within the length of a comment."""
    return fitted(_blocks(report), lambda left_out: f"*{left_out} parts left out: the HTML report has everything.*")


def _blocks(report: Report) -> Iterator[str]:
    comparison = report.comparison
    versions = f"{code_span(comparison.baseline)} → {code_span(comparison.candidate)}"
    yield f"## {report.verdict.capitalize()}: {versions}\n\n{report.sentence}."
    if report.gate is not None:
        checks = ((check.verdict.value, check.metric, check.demand, check.found) for check in report.gate.checks)
        yield table(("verdict", "metric", "demand", "found"), (tuple(map(plain, check)) for check in checks))
    if comparison.warnings:
        yield "\n".join(f"> **Warning:** {plain(warning)}" for warning in comparison.warnings)
    yield from _folded(report)


def _folded(report: Report) -> Iterator[str]:
    comparison = report.comparison
    if report.gate is None:
        yield _metrics(comparison)
    else:
        yield details(f"All {len(comparison.metrics)} metrics", _metrics(comparison))
        reasons = "\n".join(
            f"- {plain(check.metric)}, {plain(check.demand)}: {plain(check.reason)}" for check in report.gate.checks
        )
        yield details("Why each check came out so", reasons)
    if comparison.rows:
        yield details(f"Rows: {rows_sentence(comparison.rows)}", _rows(comparison.rows))
    if comparison.why is not None:
        yield _changes(comparison.why)
    yield details("How it was compared", "\n".join(f"- {plain(note)}" for note in notes_beside(comparison)))


def _metrics(comparison: Comparison) -> str:
    head = ("metric", code_span(comparison.baseline), code_span(comparison.candidate), "difference", "interval")
    rows = (tuple(map(plain, line[:-1])) for line in lines(comparison))
    return table((*head, "rows", "verdict"), rows)


def _rows(rows: Sequence[RowComparison]) -> str:
    told = [row for row in rows if row.verdict in _TOLD]
    if not told:
        return "No row is better or worse."
    shown = table(("", "asked", "before", "after", "scores"), (_row(row) for row in told[:_SHOWN_ROWS]))
    left_out = len(told) - _SHOWN_ROWS
    return f"{shown}\n\n… and {left_out} more: the HTML report has them." if left_out > 0 else shown


def _row(row: RowComparison) -> tuple[str, ...]:
    texts = (inputs_text(row), answer_text(row.baseline), answer_text(row.candidate))
    return (row.verdict.value, *(cell(code_span(text)) for text in texts), plain(scores_text(row)))


def _changes(diff: VersionDiff) -> str:
    blocks = fitted(markdown_blocks(diff), lambda left_out: f"*{left_out} parts left out.*", most=_CHANGES)
    return details("What changed", blocks.strip() or "Nothing that is recorded.")
