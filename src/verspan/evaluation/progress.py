"""How far an evaluation has come: a bar in a terminal and in a notebook, lines in CI, nothing where nobody looks."""

from __future__ import annotations

import os
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from html import escape
from importlib import import_module
from typing import Any, Protocol, TextIO

from verspan.evaluation.model import EvaluationRun, RowResult, Spent

_LINES = 10
"""As many lines as a whole evaluation has in CI."""
_SECONDS_BETWEEN = 0.2


class Progress(Protocol):
    """Is told of each result."""

    def advance(self, run: EvaluationRun, result: RowResult) -> None:
        """Another result is there."""
        ...

    def close(self) -> None:
        """No more come."""
        ...


@dataclass
class Running:
    """The figures of an evaluation so far."""

    total: int
    done: int = 0
    failed: int = 0
    spent: Spent = field(default_factory=Spent)
    _scores: dict[str, tuple[float, int]] = field(default_factory=lambda: defaultdict(lambda: (0.0, 0)))

    def add(self, result: RowResult) -> None:
        """Take another result in."""
        self.done += 1
        self.failed += result.failure is not None
        self.spent += result.spent + result.judging
        for score in result.scores:
            if isinstance(score.value, (bool, int, float)):
                total, count = self._scores[score.name]
                self._scores[score.name] = (total + score.value, count + 1)

    def __str__(self) -> str:
        means = [f"{name} {total / count:.3g}" for name, (total, count) in self._scores.items()]
        failed = [f"{self.failed} failed"] if self.failed else []
        cost = [] if self.spent.cost_usd is None else [f"${self.spent.cost_usd:.4f}"]
        return ", ".join([*failed, *means, *cost])


class Quiet:
    """Says nothing."""

    def advance(self, run: EvaluationRun, result: RowResult) -> None:
        """Say nothing."""

    def close(self) -> None:
        """Say nothing."""


class Lines:
    """A line for every tenth of the rows."""

    def __init__(self, total: int, stream: TextIO) -> None:
        self._running = Running(total)
        self._stream = stream
        self._every = max(1, total // _LINES)

    def advance(self, run: EvaluationRun, result: RowResult) -> None:
        """Take another result in, and print a line where it is time for one."""
        running = self._running
        running.add(result)
        if running.done % self._every == 0 or running.done == running.total:
            print(f"{run.name}: {running.done} of {running.total} rows, {running}".rstrip(", "), file=self._stream)

    def close(self) -> None:
        """Nothing is left to say."""


class Bar:
    """A bar of rich's, with the running scores and costs beside it."""

    def __init__(self, total: int, stream: TextIO) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        self._running = Running(total)
        columns = ("[progress.description]{task.description}", "{task.fields[figures]}")
        described, figures = (TextColumn(each) for each in columns)
        console = Console(file=stream)
        self._bar: Any = RichProgress(
            described, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), figures, console=console
        )
        self._task = self._bar.add_task("evaluating", total=total, figures="")
        self._bar.start()

    def advance(self, run: EvaluationRun, result: RowResult) -> None:  # noqa: ARG002 - the bar is of all runs
        """Move the bar."""
        self._running.add(result)
        self._bar.update(self._task, completed=self._running.done, figures=str(self._running))

    def close(self) -> None:
        """Leave the bar as it stands."""
        self._bar.stop()


class Notebook:
    """A bar below the notebook's cell, with the same beside it; replaced several times a second."""

    def __init__(self, total: int, display: Any, html: Any) -> None:
        self._running = Running(total)
        self._html = html
        self._handle = display(html(self._page()), display_id=True)
        self._shown_at = time.monotonic()

    def advance(self, run: EvaluationRun, result: RowResult) -> None:  # noqa: ARG002 - the bar is of all runs
        """Move the bar, where it has not been moved just now."""
        self._running.add(result)
        if time.monotonic() - self._shown_at > _SECONDS_BETWEEN:
            self._show()

    def close(self) -> None:
        """Leave the bar as it stands."""
        self._show()

    def _show(self) -> None:
        self._shown_at = time.monotonic()
        self._handle.update(self._html(self._page()))

    def _page(self) -> str:
        running = self._running
        bar = f'<progress value="{running.done}" max="{max(1, running.total)}"></progress>'
        return f"{bar} {running.done} of {running.total} rows {escape(str(running))}"


def _notebook(total: int) -> Progress | None:
    """What shows progress in the notebook that this process is the kernel of; None where it is none."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    if not hasattr(shell, "kernel"):
        return None
    shown: Any = import_module("IPython.display")
    return Notebook(total, shown.display, shown.HTML)


def progress_for(total: int, stream: TextIO | None = None) -> Progress:
    """What shows the progress of so many rows here.

    Args:
        total: how many there are to do.
        stream: where to show it; stderr where it is None.
    """
    shown = sys.stderr if stream is None else stream
    if "PYTEST_CURRENT_TEST" in os.environ:
        return Quiet()
    if os.environ.get("CI"):
        return Lines(total, shown)
    notebook = _notebook(total)
    if notebook is not None:
        return notebook
    return Bar(total, shown) if shown.isatty() else Quiet()
