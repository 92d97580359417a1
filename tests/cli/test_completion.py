"""Completion in shells, through the protocol that their scripts speak."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from tests.comparison.evaluations import run as evaluation

from verspan.datasets.model import Dataset, DatasetRow
from verspan.store.interface import Store

Run = Callable[..., Result]


def completed(words: str) -> list[str]:
    """What bash is told when Tab is pressed at the end of these words."""
    environment = {
        **os.environ,
        "_VERSPAN_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    command = [sys.executable, "-m", "verspan.cli"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts(run: Run, shell: str) -> None:
    """Each shell's script is printed alone, so that it can be evaluated."""
    result = run("completion", shell)
    assert (result.exit_code, result.stderr) == (0, "")
    assert f"_VERSPAN_COMPLETE={shell}_complete" in result.stdout


def test_names_of_commands() -> None:
    """Commands are completed by their beginning."""
    assert completed("verspan trace") == ["plain,traces", "plain,trace"]


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize("words", ["verspan traces --model ag", "verspan models show ag"])
def test_names_of_versions(words: str) -> None:
    """Names of versions are completed from the store."""
    assert completed(words) == ["plain,agent-v2", "plain,agent-v1"]


def test_names_of_runs_and_datasets(recorded: Store) -> None:
    """What is compared is completed as a version, or as a run where its id has been begun; datasets by their names."""
    recorded.evaluations.keep_run(evaluation(10))
    recorded.datasets.keep(Dataset("support", "0" * 64, [DatasetRow("a", {"question": "a"})]))
    assert completed("verspan compare agent-v2 ag") == ["plain,agent-v2", "plain,agent-v1"]
    assert completed("verspan compare agent-v2 run-000") == [f"plain,{evaluation(10).run_id}"]
    assert completed("verspan compare --dataset su") == ["plain,support"]


@pytest.mark.usefixtures("recorded")
def test_store_in_the_line() -> None:
    """A store that the line names already is the one that is asked."""
    assert completed("verspan models show --store /nowhere/store.db ag") == []


def test_corrupt_store(tmp_path: Path) -> None:
    """A store that cannot be read offers nothing and says nothing."""
    (tmp_path / "store.db").write_text("my notes")
    assert completed("verspan models show ag") == []


def test_no_store() -> None:
    """Where nothing is recorded yet no version is offered, and no message disturbs the line."""
    assert completed("verspan traces --model a") == []
