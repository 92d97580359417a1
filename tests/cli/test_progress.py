"""How far long work is, on a terminal and elsewhere."""

from __future__ import annotations

import sys

import pytest

from verspan.cli.progress import shown_progress
from verspan.transfer.model import Progress


def interrupted_work() -> None:
    """Tell of some work, and be broken off."""
    with shown_progress() as tell:
        tell(Progress("importing spans", 1_024, 10_000))
        tell(Progress("importing spans", 2_048, None))
        raise KeyboardInterrupt


def test_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """On a terminal one line is written again and again, and is gone at the end, whatever happened."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with pytest.raises(KeyboardInterrupt):
        interrupted_work()
    clear = "\r\x1b[K"
    lines = ["importing spans: 1,024 of 10,000", "importing spans: 2,048", ""]
    assert capsys.readouterr().err == "".join(clear + line for line in lines)


def test_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    """In a pipe or a file nothing is written."""
    with shown_progress() as tell:
        tell(Progress("importing spans", 1_024, 10_000))
    assert capsys.readouterr().err == ""
