"""`@verspan.eval`, as pytest runs it in processes of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import verspan
from verspan.errors import InvalidArgumentError

ROWS = "".join(f'{{"row_id": "row-{number:02}", "inputs": {{"number": {number}}}}}\n' for number in range(40))
SUITE = """
import os
import verspan


@verspan.scorer
def correct(outputs) -> bool:
    return outputs == "right"


def answer(number):
    wrong = int(os.environ.get("WRONG", "0"))
    if number < int(os.environ.get("BROKEN", "0")):
        raise RuntimeError("no model today")
    return "wrong" if number < wrong else "right"
"""
BOUND = """
@verspan.eval("rows.jsonl", [correct], at_least={"correct/mean": 0.9}, model_id="support-v1")
def test_support(number):
    return answer(number)
"""
AGAINST = """
@verspan.eval("rows.jsonl", [correct], against="support-v1", model_id="support-v2", gate=GATE)
def test_support(number):
    return answer(number)
"""
PLUGIN = [] if any(entry.name == "verspan" for entry in entry_points(group="pytest11")) else ["verspan.pytest_plugin"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with rows and a policy beside its tests."""
    (tmp_path / "rows.jsonl").write_text(ROWS, encoding="utf-8")
    policy = '[metrics.correct]\nmust = "not regress"\nmargin = 0.15\n'
    (tmp_path / "policy.toml").write_text(policy, encoding="utf-8")
    return tmp_path


def pytest_of(folder: Path, suite: str, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A suite, run by pytest."""
    (folder / "test_support.py").write_text(SUITE + suite, encoding="utf-8")
    plugins = [part for name in PLUGIN for part in ("-p", name)]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugins, *options]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VERSPAN_", "OTEL_", "PYTEST"))}
    environment = {**kept, "VERSPAN_STORE": str(folder / "store.db"), **environment}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def baseline(folder: Path) -> None:
    """An evaluation of the version that others are compared with."""
    assert pytest_of(folder, BOUND).returncode == 0


def test_passes(folder: Path) -> None:
    """A test whose demands hold passes, and what it came to is told at the end and in JUnit."""
    done = pytest_of(folder, BOUND, "--junitxml=junit.xml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "test_support.py::test_support: 40 rows, 0 failed" in done.stdout
    assert "  correct/mean: 1" in done.stdout.splitlines()
    found = ET.fromstring((folder / "junit.xml").read_bytes()).iter("property")  # noqa: S314 - it is our own
    properties = {each.attrib["name"]: each.attrib["value"] for each in found}
    assert {name: properties[name] for name in ("verspan.rows", "verspan.metric.correct/mean")} == {
        "verspan.rows": "40",
        "verspan.metric.correct/mean": "1.0",
    }


def test_bound_is_missed(folder: Path) -> None:
    """A bound that is missed fails the test, with what was found."""
    done = pytest_of(folder, BOUND, WRONG="8")
    assert done.returncode == 1
    assert "correct/mean is 0.8, and at least 0.9 is demanded" in done.stdout
    assert "Traceback" not in done.stdout


def test_rows_without_answer(folder: Path) -> None:
    """Rows that have no answer fail the test, and are named with what went wrong."""
    done = pytest_of(folder, BOUND, BROKEN="2")
    assert done.returncode == 1
    assert "2 rows have no answer, and 0 may" in done.stdout
    assert "row-00: RuntimeError: no model today" in done.stdout


def test_against(folder: Path) -> None:
    """Against another version, rows that are worse are shown, the worst first, with both answers."""
    baseline(folder)
    done = pytest_of(folder, AGAINST.replace("GATE", '"policy.toml"'), WRONG="20")
    assert done.returncode == 1
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert "20 of 40 rows are worse, the worst first:" in lines
    place = lines.index("row-00 (regressed) correct 1 → 0")
    assert lines[place + 1 : place + 4] == ["asked:  0", "before: right", "after:  wrong"]
    assert "test_support.py::test_support: 40 rows, 0 failed, gate: fail" in lines


def test_inconclusive(folder: Path) -> None:
    """What is inconclusive is skipped, with its reason: it is no pass, and no failure either."""
    baseline(folder)
    done = pytest_of(folder, AGAINST.replace("GATE", '"policy.toml"'), "-rs", WRONG="4")
    assert (done.returncode, "1 skipped" in done.stdout) == (0, True), done.stdout
    assert "The interval has the bound inside: more rows would tell." in done.stdout


def test_against_without_policy(folder: Path) -> None:
    """Without a policy no score may be shown to be worse."""
    baseline(folder)
    suite = AGAINST.replace("GATE", "None")
    assert pytest_of(folder, suite, WRONG="1").returncode == 0
    assert pytest_of(folder, suite, WRONG="20").returncode == 1


def test_processes(folder: Path) -> None:
    """With pytest-xdist, what each test came to reaches the summary of the process that was started."""
    second = BOUND.replace("test_support", "test_again").replace("support-v1", "support-v3")
    done = pytest_of(folder, BOUND + second, "-n", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    told = [line for line in done.stdout.splitlines() if "40 rows" in line]
    assert told == [
        "test_support.py::test_again: 40 rows, 0 failed",
        "test_support.py::test_support: 40 rows, 0 failed",
    ]


def test_gate_without_baseline() -> None:
    """A gate with nothing to compare with is refused where the test is defined."""
    with pytest.raises(InvalidArgumentError, match="name it with against"):
        verspan.eval([], gate="policy.toml")
