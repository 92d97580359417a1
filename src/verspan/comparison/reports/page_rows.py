"""The rows of a report's page: both answers side by side, and a choice of verdicts that needs no script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final

from verspan.assessments.model import Feedback
from verspan.comparison.model import Comparison, RowComparison, RowVerdict
from verspan.comparison.reports.plots import slug
from verspan.comparison.reports.saying import shortened
from verspan.comparison.row_words import answer_text, inputs_text, scores_text
from verspan.diffing.rendering.html import html_text
from verspan.evaluation.model import RowResult

MOST_ROWS: Final = 1_000
"""A page of more opens slowly; they are the worst, which come first."""
_MOST_TRIALS: Final = 5
_LONGEST: Final = 5_000
"""Characters of one answer."""
_EXCERPT: Final = 160


def rows_section(comparison: Comparison) -> str:
    """The choice of verdicts, and the rows, the worst first."""
    rows = comparison.rows[:MOST_ROWS]
    left_out = len(comparison.rows) - len(rows)
    told = (
        f'<p class="summary">{left_out} more rows are left out; they are no worse than these.</p>' if left_out else ""
    )
    names = comparison.baseline, comparison.candidate
    return f"{_choice(rows)}{''.join(_row(row, names) for row in rows)}{told}"


def _choice(rows: Sequence[RowComparison]) -> str:
    counts = Counter(row.verdict for row in rows)
    present = [verdict for verdict in RowVerdict if counts[verdict]]
    buttons = "".join(_button(slug(each.value), f"{each.value} {counts[each]}") for each in present)
    return (
        '<fieldset class="choice"><legend>Show</legend>'
        f"{_button('all', f'all {len(rows)}', chosen=True)}{buttons}</fieldset>"
    )


def _button(name: str, text: str, *, chosen: bool = False) -> str:
    return (
        f'<label><input type="radio" name="shown" id="show-{name}"{" checked" if chosen else ""}>'
        f"<span>{text}</span></label>"
    )


def _row(row: RowComparison, names: tuple[str, str]) -> str:
    verdict, asked = row.verdict.value, inputs_text(row)
    scores = scores_text(row)
    answers = "".join(_trial(names, pair) for pair in list(zip_longest(row.baseline, row.candidate))[:_MOST_TRIALS])
    more = max(len(row.baseline), len(row.candidate)) - _MOST_TRIALS
    told = f'<p class="summary">{more} more trials are left out.</p>' if more > 0 else ""
    return (
        f'<details class="row {slug(verdict)}"><summary><span class="chip {slug(verdict)}">{verdict}</span> '
        f'<span class="asked">{html_text(" ".join(asked[: 2 * _EXCERPT].split())[:_EXCERPT])}</span> '
        f'<span class="who">{html_text(scores)}</span></summary>'
        f'<div class="asked-whole"><h4>Row {html_text(row.row_id)}</h4>{_text_block(asked)}</div>{answers}{told}'
        "</details>\n"
    )


def _trial(names: tuple[str, str], trials: tuple[RowResult | None, RowResult | None]) -> str:
    sides = "".join(_answer(name, result) for name, result in zip(names, trials, strict=True))
    return f'<div class="sides">{sides}</div>'


def _answer(name: str, result: RowResult | None) -> str:
    if result is None:
        return f'<div class="answer"><h4>{html_text(name)}</h4><p class="who">not asked</p></div>'
    failed = " failed" if result.failure is not None else ""
    return (
        f'<div class="answer{failed}"><h4>{html_text(name)}</h4>{_text_block(answer_text([result]))}'
        f'<p class="who">{html_text(", ".join(_facts(result)))}</p>{_scores(result.scores)}</div>'
    )


def _facts(result: RowResult) -> Iterator[str]:
    yield "an earlier answer" if result.cached else f"{result.duration_ms:,.0f} ms"
    if result.spent.calls:
        yield f"{result.spent.input_tokens + result.spent.output_tokens:,} tokens"
    if result.spent.cost_usd is not None:
        yield f"${result.spent.cost_usd:.4g}"
    if result.trace_id is not None:
        yield f"trace {result.trace_id}"


def _scores(scores: Sequence[Feedback]) -> str:
    items = "".join(
        f"<li><b>{html_text(score.name)}</b> {html_text(_judgement(score))}</li>" for score in scores if score.name
    )
    return f'<ul class="scores">{items}</ul>' if items else ""


def _judgement(score: Feedback) -> str:
    if score.error is not None:
        return f"failed: {score.error.error_code}: {score.error.error_message or ''}"
    because = f": {shortened(score.rationale, _LONGEST)}" if score.rationale else ""
    return f"{score.value}{because}"


def _text_block(text: str) -> str:
    return f"<pre>{html_text(shortened(text, _LONGEST))}</pre>"
