"""Tables that fit their window: where it is narrow, columns shrink, then the less needed ones go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from verspan.cli.terminal import one_line

if TYPE_CHECKING:
    from rich.text import Text

_GAP = 2
"""Blanks between two columns."""
_ID_DIGITS = 8
"""Digits of an id that a narrow list shows at least: enough to type, and rarely shared."""


@dataclass(frozen=True)
class Column:
    """One column of a list, with its cells."""

    header: str
    cells: Sequence[str]
    rank: int = 0
    """The columns of the highest rank go first; those of rank 0 stay."""
    least: int | None = None
    """The width to which the column may shrink, ending in ``…``; None where it is never cut."""
    short: Sequence[str] | None = None
    """The cells where a window limits the width, if they are others."""
    right: bool = False
    """Aligned to the right, as numbers are."""
    keeps_end: bool = False
    """Cut in the middle, as names are: versions of one application differ in their last few characters."""
    style: str = ""
    styles: Sequence[str] = ()
    """A style for each cell, where they differ."""

    def width(self, *, whole: bool) -> int:
        """The width that shows every cell uncut."""
        from rich.cells import cell_len

        return max(cell_len(one_line(text)) for text in (self.header, *self.texts(whole=whole)))

    def least_width(self) -> int:
        """The width below which a window does not show the column at all."""
        width = self.width(whole=False)
        return width if self.least is None else min(self.least, width)

    def texts(self, *, whole: bool) -> Sequence[str]:
        """The cells, or the short ones where a window limits the width and there are such."""
        return self.cells if whole or self.short is None else self.short


def id_column(header: str, ids: Sequence[str], *, rank: int = 0, digits_from: int = 0) -> Column:
    """A column of ids, which a narrow window shows cut to a beginning that tells them apart.

    Args:
        header: the column's header.
        ids: whole ids.
        rank: see :class:`Column`.
        digits_from: where the digits begin, after a prefix that all ids have.
    """
    length = digits_from + _ID_DIGITS
    while len({each[:length] for each in ids}) < len(set(ids)):
        length += 1
    return Column(header, ids, rank=rank, short=[each[:length] for each in ids], style="cyan")


def fitting(columns: Sequence[Column], width: int | None) -> list[Column]:
    """The columns that a window of this width has room for, in their order; all of them where nothing limits it."""
    kept = list(columns)
    while width is not None and _least_total(kept) > width:
        expendable = [column for column in kept if column.rank]
        if not expendable:
            break
        kept.remove(max(expendable, key=lambda column: column.rank))
    return kept


def table(columns: Sequence[Column], width: int | None) -> Text:
    """The lines of a table of these columns, with a rule under the headers.

    A rich Table would lay out the same, at a millisecond for each row; a trace may have 30,000.

    Args:
        columns: what it shows.
        width: the window's, in characters; None where nothing limits it, as in a pipe, and no cell is cut.
    """
    from rich.text import Text

    widths = _widths(columns, width)
    listed = Text(no_wrap=True, overflow="ignore")
    _append_row(listed, [_Cell(column.header, "bold", column.right) for column in columns], widths)
    listed.append("\n" + "─" * (sum(widths) + _GAP * (len(widths) - 1)))
    for row in zip(*(_cells(column, whole=width is None) for column in columns), strict=True):
        _append_row(listed.append("\n"), row, widths)
    return listed


def _widths(columns: Sequence[Column], width: int | None) -> list[int]:
    if width is None:
        return [column.width(whole=True) for column in columns]
    spare = width - _least_total(columns)
    widths = []
    for column in columns:
        least = column.least_width()
        more = max(0, min(spare, column.width(whole=False) - least))
        spare -= more
        widths.append(least + more)
    return widths


@dataclass(frozen=True)
class _Cell:
    text: str
    style: str
    right: bool
    keeps_end: bool = False

    def fitted(self, width: int) -> str:
        """The text at a width, aligned, and with an ellipsis where it is cut."""
        from rich.cells import cell_len

        blanks = " " * (width - cell_len(self.text))
        text = self.text if cell_len(self.text) <= width else self._cut(width)
        return blanks + text if self.right else text + blanks

    def _cut(self, width: int) -> str:
        from rich.cells import set_cell_size

        if not self.keeps_end:
            return set_cell_size(self.text, width - 1) + "…"
        end = set_cell_size(self.text[::-1], (width - 1) // 2)[::-1]
        return set_cell_size(self.text, width - 1 - len(end)) + "…" + end


def _cells(column: Column, *, whole: bool) -> list[_Cell]:
    texts = column.texts(whole=whole)
    styles = column.styles or [column.style] * len(texts)
    return [
        _Cell(one_line(text), style, column.right, column.keeps_end) for text, style in zip(texts, styles, strict=True)
    ]


def _append_row(listed: Text, row: Sequence[_Cell], widths: Sequence[int]) -> None:
    for cell, width in zip(row, widths, strict=True):
        listed.append(cell.fitted(width) + " " * _GAP, cell.style)


def _least_total(columns: Sequence[Column]) -> int:
    return sum(column.least_width() for column in columns) + _GAP * (len(columns) - 1)
