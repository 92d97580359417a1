"""How ``verspan compare`` shows a comparison: the metrics, the rows that are worst off, and what changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from verspan.cli.listing import Column
from verspan.cli.terminal import hint, print_table, printable

if TYPE_CHECKING:
    from verspan.comparison.model import Comparison, RowComparison

_STYLES = {
    "better": "green",
    "worse": "red",
    "changed": "yellow",
    "error": "red",
    "regressed": "red",
    "improved": "green",
}
_SHORT_TRACE = 8
_LEAST_ANSWER = 16


def print_comparison(found: Comparison, shown_rows: int) -> None:
    """Print a comparison for people.

    Args:
        found: the comparison.
        shown_rows: how many rows to show.
    """
    from verspan.comparison.words import footnotes, reasons, verdicts_of_rows

    _print_metrics(found)
    if shown_rows and found.rows:
        click.echo()
        _print_rows(found, found.rows[:shown_rows])
    for block in (verdicts_of_rows(found), reasons(found)):
        if block:
            click.echo("\n" + printable("\n".join(block)))
    for note in footnotes(found):
        hint(note)


def _print_metrics(found: Comparison) -> None:
    from verspan.comparison.words import lines

    shown = lines(found)
    print_table(
        [
            Column("", [line.metric for line in shown]),
            Column(found.baseline, [line.baseline for line in shown], right=True, least=12, keeps_end=True),
            Column(found.candidate, [line.candidate for line in shown], right=True, least=12, keeps_end=True),
            Column("difference", [line.difference for line in shown], right=True),
            Column("interval", [line.interval for line in shown], rank=1),
            Column("rows", [line.rows for line in shown], rank=2),
            _verdicts([line.verdict for line in shown]),
        ]
    )


def _print_rows(found: Comparison, rows: Sequence[RowComparison]) -> None:
    from verspan.comparison.row_words import answer_text, inputs_text, scores_text, traces_text

    traces = [[traces_text(row.baseline) for row in rows], [traces_text(row.candidate) for row in rows]]
    short = [[trace[:_SHORT_TRACE] for trace in side] for side in traces]
    print_table(
        [
            _verdicts([row.verdict.value for row in rows]),
            Column("row", [row.row_id for row in rows], least=10, rank=3),
            Column("inputs", [inputs_text(row) for row in rows], least=_LEAST_ANSWER),
            Column("scores", [scores_text(row) or "-" for row in rows], least=_LEAST_ANSWER),
            Column(found.baseline, [answer_text(row.baseline) for row in rows], least=_LEAST_ANSWER),
            Column(found.candidate, [answer_text(row.candidate) for row in rows], least=_LEAST_ANSWER),
            Column("its trace", traces[0], rank=2, short=short[0], style="cyan"),
            Column("and its", traces[1], rank=2, short=short[1], style="cyan"),
        ]
    )


def _verdicts(texts: Sequence[str]) -> Column:
    return Column("verdict", texts, styles=[_STYLES.get(text, "dim") for text in texts])
