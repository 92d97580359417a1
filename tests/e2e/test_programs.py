"""Where the real programs come from, and what is said where they are not to be had."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.e2e.programs import COLLECTOR, JAEGER, Program
from tests.processes import Ended, run
from tests.readme import ROOT

NAMES = [COLLECTOR.path.name, JAEGER.path.name]


def run_without_go(module: str, *arguments: str, folder: Path) -> Ended:
    """Run a module on a machine that has neither Go nor the programs."""
    command = (sys.executable, "-m", module, *arguments)
    return run(*command, folder=ROOT, PATH="", XDG_CACHE_HOME=str(folder))


def test_nothing_to_build_with(tmp_path: Path) -> None:
    """Without Go, building says what is left out, and is no error: the other tests run."""
    ended = run_without_go("tests.e2e.programs", folder=tmp_path)
    lines = [f"There is no Go on this machine: tests that need {name} are skipped." for name in ("otelcol", "jaeger")]
    assert (ended.code, ended.output, ended.log.splitlines()) == (0, "", lines)
    assert list(tmp_path.iterdir()) == []


def test_skipped(tmp_path: Path) -> None:
    """The tests that need them are then skipped, and say which, where they were looked for, and what is missing."""
    ended = run_without_go("pytest", "-q", "-p", "no:cacheprovider", "tests/e2e/test_outage.py", folder=tmp_path)
    assert (ended.code, ended.log) == (0, "")
    assert "1 skipped" in ended.output
    reason = "is not there, and there is no Go on this machine to build it"
    for name in NAMES:
        assert f"{tmp_path / 'verspan' / 'bin' / name} {reason}" in ended.output


@pytest.mark.parametrize(("module", "arguments"), [("tests.e2e.demo", ()), ("tests.e2e.serve", ("jaeger",))])
def test_cannot_start(module: str, arguments: tuple[str, ...], tmp_path: Path) -> None:
    """What `make jaeger-demo` and `make jaeger` run says in one line why it cannot."""
    ended = run_without_go(module, *arguments, folder=tmp_path)
    assert (ended.code, ended.output, len(ended.log.splitlines())) == (1, "", 1)
    assert "there is no Go on this machine" in ended.log


def test_not_built_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is Go, the way to the program is said."""
    (tmp_path / "go").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    missing = JAEGER.missing()
    assert missing == f"{tmp_path / 'verspan' / 'bin' / NAMES[1]} is not there yet: `make servers` builds it"


def test_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that fails leaves nothing behind, and one that works leaves the program alone."""

    def fail(folder: Path) -> Path:
        (folder / "half").touch()
        raise RuntimeError("no space")

    def work(folder: Path) -> Path:
        (folder / "result").write_text("whole", encoding="utf-8")
        return folder / "result"

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cache = tmp_path / "verspan" / "bin"
    with pytest.raises(RuntimeError, match="no space"):
        Program("server", "v1", fail).build()
    assert list(cache.iterdir()) == []
    Program("server", "v1", work).build()
    assert {path.name: path.read_text(encoding="utf-8") for path in cache.iterdir()} == {"server-v1": "whole"}
