"""``verspan demo``, as a newcomer runs it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from verspan.cli.opening import required_store
from verspan.demo.api_server import DemoApi
from verspan.demo.repository import EXPERIMENT
from verspan.store.interface import ModelQuery
from verspan.versions.model import GitState

STORE = Path(".verspan", "demo", ".verspan", "verspan.db")
PROGRAM = Path(sys.executable).with_name("verspan")
MINE = {"VERSPAN_EXPORTERS": "none", "OTEL_SDK_DISABLED": "true", "GIT_DIR": "/nowhere", "VERSPAN_STORE": "/nowhere"}


@dataclass(frozen=True)
class Ran:
    """What a run printed."""

    output: str
    errors: str
    code: int

    @property
    def told(self) -> str:
        """What it said beside its output, but for columns that a window of 80 has no room for."""
        return "".join(line for line in self.errors.splitlines(keepends=True) if not line.startswith("too narrow"))


def run(folder: Path, *arguments: str, **variables: str) -> Ran:
    """Run the demo in a folder, with a few settings of other applications in its way."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
    done = subprocess.run(
        [sys.executable, "-m", "verspan.demo", *arguments],
        cwd=folder,
        env={**inherited, **MINE, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    return Ran(done.stdout, done.stderr, done.returncode)


def recorded(store_file: Path) -> Mapping[str, tuple[int, int, int]]:
    """Traces, calls and errors of each version, the newest version first."""
    with required_store(str(store_file)) as store:
        models = store.find_models(ModelQuery(experiment_name=EXPERIMENT))
        figures = store.figures([model.model_id for model in models])
    counted = [(model.name, figures[model.model_id]) for model in models]
    return {name: (found.traces, found.calls, found.errors) for name, found in counted}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("newcomer")


@pytest.fixture(scope="module")
def ran(folder: Path) -> Ran:
    return run(folder, OPENAI_API_KEY="sk-mine", PATH=os.pathsep.join((str(PROGRAM.parent), os.environ["PATH"])))


def test_two_versions(folder: Path, ran: Ran) -> None:
    """Both versions are recorded with their commits and all their calls, and the second mends the first's error."""
    assert ran.code == 0
    log = ["git", "log", "--reverse", "--format=%H"]
    commits = subprocess.check_output(log, cwd=folder / ".verspan" / "demo", text=True).split()
    first, second = (f"customer_support_agent-{commit[:8]}" for commit in commits)
    assert recorded(folder / STORE) == {second: (6, 7, 0), first: (6, 7, 1)}
    with required_store(str(folder / STORE)) as store:
        states = [model.git for model in store.find_models(ModelQuery())]
    assert states == [GitState(commit, "main", None, dirty=False) for commit in reversed(commits)]


def test_key_not_used(ran: Ran) -> None:
    """A key in the environment is left alone, and the demo says how to use it."""
    assert ran.told == "OPENAI_API_KEY is set and was not used: --real asks the real API with it.\n"


def test_shown(ran: Ran) -> None:
    """A first look shows the versions, their traces, a tree, figures side by side, and what to type next."""
    lines = ran.output.splitlines()
    titles = [line for number, line in enumerate(lines) if number and not lines[number - 1] and line[:1].isupper()]
    assert titles == [
        "Two versions of the agent",
        "Their traces",
        "One of them, span by span",
        "Side by side",
        "What to type next",
    ]
    tree = [line.split("  ")[0] for line in lines if line.startswith(("├─", "└─"))]
    assert tree == ["├─ chat gpt-4.1-mini", "├─ find_order", "└─ chat gpt-4.1-mini"]
    assert "errors" in ran.output
    assert "-1 (-100%)" in ran.output


def test_commands(folder: Path, ran: Ran) -> None:
    """Every command that the demo shows can be typed in the same folder and works."""
    lines = [
        line.strip().removeprefix("$ ") for line in ran.output.splitlines() if line.startswith(("$ ", "  verspan"))
    ]
    commands = [shlex.split(line) for line in lines]
    subcommands = [words[1] for words in commands]
    assert subcommands == ["models", "traces", "trace", "trace", "models", "traces", "run"]
    for _, *arguments in commands[:-1]:
        done = subprocess.run([PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout


@pytest.mark.usefixtures("ran")
def test_store_of_choice(folder: Path, tmp_path: Path) -> None:
    """With --store the traces go there, and what is there already of the same two versions stays."""
    shutil.copytree(folder / STORE.parent, tmp_path / "mine")
    assert run(tmp_path, "--store", f"mine/{STORE.name}").code == 0
    assert list(recorded(tmp_path / "mine" / STORE.name).values()) == [(12, 14, 0), (12, 14, 2)]
    assert not (tmp_path / STORE).exists()


def test_no_git(tmp_path: Path) -> None:
    """On a machine without git the demo says so and names the versions v1 and v2."""
    ran = run(tmp_path, PATH=str(tmp_path))
    assert (ran.code, ran.told) == (0, "There is no git on this machine: the versions are named v1 and v2.\n")
    assert recorded(tmp_path / STORE) == {
        "customer_support_agent-v2": (6, 7, 0),
        "customer_support_agent-v1": (6, 7, 1),
    }


def test_real(tmp_path: Path, api: DemoApi) -> None:
    """With --real the client's own settings say which API is asked, and by which key."""
    ran = run(tmp_path, "--real", OPENAI_API_KEY="sk-mine", OPENAI_BASE_URL=api.base_url)
    assert (ran.code, ran.told) == (0, "")
    assert list(recorded(tmp_path / STORE).values()) == [(6, 7, 0), (6, 7, 1)]


def test_real_without_key(tmp_path: Path) -> None:
    """--real without a key is wrong usage, and nothing is made."""
    ran = run(tmp_path, "--real")
    assert (ran.code, ran.output) == (2, "")
    assert "--real needs a key in OPENAI_API_KEY." in ran.errors
    assert list(tmp_path.iterdir()) == []


def test_agent_fails(tmp_path: Path) -> None:
    """An agent that cannot run ends the demo with its last words and no traceback of the demo's own."""
    ran = run(tmp_path, "--real", OPENAI_API_KEY="sk-mine", OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    assert ran.code == 1
    assert ran.errors.startswith("verspan: The agent in ")
    assert "\nopenai.APIConnectionError: Connection error.\n" in ran.errors
    assert "verspan/demo/command.py" not in ran.errors


def test_unusable_store(tmp_path: Path) -> None:
    """A store that cannot be used is left as it is, and told in one line before anything runs."""
    (tmp_path / "notes.txt").write_text("mine")
    ran = run(tmp_path, "--store", "notes.txt")
    assert (ran.code, ran.output) == (1, "Made a repository in .verspan/demo\n")
    assert (ran.errors.count("\n"), "notes.txt" in ran.errors) == (1, True)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_nothing_of_yours(tmp_path: Path) -> None:
    """Where the demo's folder holds something else, it is kept and the demo says so in one line."""
    (tmp_path / ".verspan" / "demo").mkdir(parents=True)
    (tmp_path / ".verspan" / "demo" / "thesis.txt").touch()
    ran = run(tmp_path)
    assert (ran.code, ran.errors.count("\n")) == (1, 1)
    assert "thesis.txt" in ran.errors
