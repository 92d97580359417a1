"""Variables and arguments are kept without what is secret in them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from verspan.versions.capture.model import EntryPoint
from verspan.versions.capture.surroundings import read_entry_point, read_environment

REPORT = """
import sys
from pathlib import Path
from verspan.versions.capture.surroundings import read_entry_point
print(repr(read_entry_point(Path(sys.argv[1]) if sys.argv[1] != "none" else None)))
"""


def said(folder: Path, *command: str) -> EntryPoint:
    """What a program of its own process says of how it was started."""
    done = subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True, check=True)
    found = eval(done.stdout, {"EntryPoint": EntryPoint})  # noqa: S307 - the test's own program has printed it
    assert isinstance(found, EntryPoint)
    return found


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chosen variables are kept; one whose name or value looks secret is not, whoever has chosen it."""
    monkeypatch.setenv("CHAT_MODEL", "gpt-4o")
    monkeypatch.setenv("CHAT_BASE_URL", "https://ann:secret@example.com")
    monkeypatch.setenv("CHAT_API_KEY", "plain")
    monkeypatch.setenv("CHAT_ENDPOINT", "sk-abcdefgh12345678abcdefgh")
    monkeypatch.setenv("CHAT_OTHER", "1")
    chosen = read_environment()
    assert (chosen["CHAT_MODEL"], [name for name in chosen if name.startswith("CHAT_")]) == ("gpt-4o", ["CHAT_MODEL"])
    assert dict(read_environment(["CHAT_*"])) == {"CHAT_MODEL": "gpt-4o", "CHAT_OTHER": "1"}
    assert dict(read_environment([])) == {}


def test_script(tmp_path: Path) -> None:
    """A script is named from the repository's root, and secrets in its arguments are replaced."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text(REPORT)
    arguments = ("--port", "80", "--api-key", "abc", "--password=x", "sk-abcdefgh12345678abcdefgh")
    found = said(tmp_path / "src", "app.py", str(tmp_path), *arguments)
    kept = ("--port", "80", "--api-key", "[key]", "--password=[key]", "[key]")
    assert found == EntryPoint("src/app.py", (str(tmp_path), *kept), "src")


def test_module(tmp_path: Path) -> None:
    """A module is named as it was asked for."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__main__.py").write_text(REPORT)
    assert said(tmp_path, "-m", "shop", str(tmp_path)) == EntryPoint("-m shop", (str(tmp_path),), ".")


def test_elsewhere(tmp_path: Path) -> None:
    """Outside a repository a script is its path; an interactive session has no program."""
    (tmp_path / "app.py").write_text(REPORT)
    assert said(tmp_path, "app.py", "none") == EntryPoint(str(tmp_path / "app.py"), ("none",), None)
    assert said(tmp_path, "-c", REPORT, "none") == EntryPoint("", ("none",), None)


def test_no_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working directory that has been deleted is none."""
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert read_entry_point(tmp_path).working_directory is None
