"""What is said of long work."""

from __future__ import annotations

import io
import logging
import sys

import pytest

from verspan.artifacts import progress
from verspan.artifacts.progress import Meter


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def worked(size: int) -> None:
    """Do the half of a piece of work."""
    meter = Meter("logging", 2, size)
    meter.advance(size // 2)
    meter.file_done()
    meter.advance(0)
    meter.close()


def at_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """What somebody at a terminal sees from now on; in a fixture pytest's own capturing would undo it."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    return terminal


def test_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quick work says nothing."""
    terminal = at_terminal(monkeypatch)
    worked(2**21)
    assert terminal.getvalue() == ""


def test_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long work says on one line of the terminal how far it is."""
    terminal = at_terminal(monkeypatch)
    monkeypatch.setattr(progress, "_SILENT_S", -1.0)
    monkeypatch.setattr(progress, "_BETWEEN_S", 0.0)
    worked(2**21)
    first, second = ("\rlogging: 0 of 2 files, 50 % of 2.0 MiB", "\rlogging: 1 of 2 files, 50 % of 2.0 MiB")
    assert terminal.getvalue() == f"{first}{second}\n"


def test_logged(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal it is in the log."""
    monkeypatch.setattr(progress, "_BETWEEN_LOGGED_S", -1.0)
    monkeypatch.setattr(sys, "stderr", None)
    with caplog.at_level(logging.INFO, "verspan.artifacts"):
        worked(2**21)
    assert caplog.messages == ["logging: 0 of 2 files, 50 % of 2.0 MiB", "logging: 1 of 2 files, 50 % of 2.0 MiB"]
