"""`verspan doctor` as a whole."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from verspan.cli.doctor.findings import Finding, Level, guarded

Run = Callable[..., Result]

POLICIES = ["content", "redaction", "sampling", "propagation"]


def test_healthy(run: Run, tmp_path: Path) -> None:
    """Where nothing is wrong every area has its lines, and the exit code is 0."""
    result = run("doctor", columns=80)
    areas = [line.split()[0] for line in result.stdout.splitlines() if line[0] != " "]
    assert areas == ["installation", "clients", "destinations", "store", "spool", "version", *POLICIES, "variables"]
    assert f"VERSPAN_STORE={tmp_path / 'store.db'}" in result.stdout.replace("\n                 ", "")
    assert max(len(line) for line in result.stdout.splitlines()) <= 80
    assert (result.stderr, result.exit_code) == ("\nproblems: 0, warnings: 1\n", 0)


def test_problem(run: Run, tmp_path: Path) -> None:
    """A problem is marked, with how to mend it, and the exit code is 1."""
    (tmp_path / "store.db").write_text("my notes")
    result = run("doctor")
    assert f"store         ✗  {tmp_path / 'store.db'} is not a readable store" in result.stdout
    assert (result.stderr, result.exit_code) == ("\nproblems: 1, warnings: 1\n", 1)


def test_json(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The JSON holds every finding and how many there are of each level."""
    monkeypatch.setenv("VERSPAN_EXPORTERS", "carrier-pigeon")
    result = run("doctor", "--json")
    document = json.loads(result.stdout)
    counted = Counter(finding["level"] for finding in document["findings"])
    assert document["counts"] == {level: counted[level] for level in ("ok", "warning", "problem")}
    (problem,) = [finding for finding in document["findings"] if finding["level"] == "problem"]
    assert problem.pop("message").startswith("No installed package provides the exporter 'carrier-pigeon'")
    assert problem == {
        "area": "destinations",
        "subject": "carrier-pigeon",
        "level": "problem",
        "remedy": "pip install 'verspan[carrier-pigeon]', or name another.",
    }
    assert (result.stderr, result.exit_code) == ("", 1)


def test_misread_variable(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the settings say of a variable that they cannot read is a warning of the doctor's, not a line of the log."""
    monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "true")
    result = run("doctor", "--json")
    found = [each for each in json.loads(result.stdout)["findings"] if each["subject"] == "settings"]
    assert [(each["area"], each["level"]) for each in found] == [("variables", "warning")]
    assert "CONTENT='true' is none of LOCAL, NO_CONTENT" in found[0]["message"]
    assert result.stderr == ""


def test_failing_check() -> None:
    """A check that fails is a finding itself."""

    def check() -> list[Finding]:
        raise KeyError("name")

    message = "This could not be looked at, unexpected KeyError: 'name'."
    assert guarded("store", check) == [Finding("store", "check", Level.PROBLEM, message, "Please report it.")]
