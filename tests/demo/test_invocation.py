"""How commands are to be typed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from verspan.demo.invocation import command_line, shown_path

BIN = Path(sys.executable).parent


def test_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the PATH leads to this environment's command, its name is enough; words are quoted as shells need it."""
    monkeypatch.setenv("PATH", str(BIN), prepend=os.pathsep)
    assert command_line("traces", "--text", "money back") == "verspan traces --text 'money back'"


def test_not_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it does not, as after `make demo` in a clone, the way to it from here is given."""
    monkeypatch.setenv("PATH", os.defpath)
    monkeypatch.chdir(BIN.parent)
    assert command_line("models") == f"{BIN.name}/verspan models"


def test_shown_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path is told from here where that is shorter, and whole where it is not."""
    monkeypatch.chdir(tmp_path)
    assert shown_path(tmp_path / "traces.db") == "traces.db"
    assert shown_path(Path("/traces.db")) == "/traces.db"
