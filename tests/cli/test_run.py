"""Running an application with Verspan started before its first line; real processes throughout."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import verspan.auto

AUTO = str(Path(verspan.auto.__file__).parent)


def verspan_run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What became of a command that `verspan run` started."""
    command = [sys.executable, "-m", "verspan.cli", "run", *arguments]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)


def test_exit_code_and_streams() -> None:
    """The exit code and the streams are the command's own."""
    done = verspan_run("sh", "-c", "echo out; echo err >&2; exit 7")
    assert (done.returncode, done.stdout, done.stderr) == (7, "out\n", "err\n")


def test_same_process() -> None:
    """The command takes the place of `verspan run`, so that signals reach it."""
    assert verspan_run("sh", "-c", "kill -TERM $$").returncode == -signal.SIGTERM


def test_options_of_the_command() -> None:
    """Options after the command are the command's, those of verspan included."""
    assert verspan_run("echo", "--model", "x", "--help").stdout == "--model x --help\n"


def test_variables(tmp_path: Path) -> None:
    """--model, --experiment and --store are the environment variables that the application reads."""
    options = ["--model", "v7", "--experiment", "shop", "--store", str(tmp_path / "x.db")]
    done = verspan_run(*options, "env", PYTHONPATH=os.pathsep.join(["mine", AUTO, "yours"]))
    assert {
        "VERSPAN_ACTIVE_MODEL=v7",
        "VERSPAN_EXPERIMENT_NAME=shop",
        f"VERSPAN_STORE=sqlite:///{tmp_path / 'x.db'}",
        f"PYTHONPATH={os.pathsep.join([AUTO, 'mine', 'yours'])}",
    } <= set(done.stdout.splitlines())


def test_inherited_variables() -> None:
    """What no option names stays as the environment has it."""
    assert verspan_run("printenv", "VERSPAN_ACTIVE_MODEL", VERSPAN_ACTIVE_MODEL="outer").stdout == "outer\n"


def test_no_such_command() -> None:
    """A command that is not there is one line, with the exit code that shells have for it."""
    done = verspan_run("no-such-command")
    line = "verspan: 'no-such-command' cannot be run: no such file or directory\n"
    assert (done.returncode, done.stdout, done.stderr) == (127, "", line)


def test_no_executable(tmp_path: Path) -> None:
    """A file that is no program is one line, with the exit code that shells have for it."""
    (tmp_path / "notes.txt").write_text("no program")
    done = verspan_run(str(tmp_path / "notes.txt"))
    line = f"verspan: '{tmp_path / 'notes.txt'}' cannot be run: permission denied\n"
    assert (done.returncode, done.stdout, done.stderr) == (126, "", line)


def test_unusable_name() -> None:
    """A name that no version can have is refused before anything runs."""
    done = verspan_run("--model", "", sys.executable, "-c", "print('ran')")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "verspan: the model name is empty\n")


def test_started_before_the_first_line() -> None:
    """The application finds Verspan set up, and so does a Python that it starts."""
    check = "from verspan.runtime import current_runtime; print(current_runtime() is not None)"
    script = f"import subprocess, sys; {check}; sys.stdout.flush(); subprocess.run([sys.executable, '-c', {check!r}])"
    assert verspan_run(sys.executable, "-c", script).stdout == "True\nTrue\n"


def test_environments_own_sitecustomize(tmp_path: Path) -> None:
    """A sitecustomize of the environment runs as it would have, before Verspan is started."""
    (tmp_path / "sitecustomize.py").write_text("import sys; print('mine', 'verspan.zero_code' in sys.modules)")
    done = verspan_run(
        sys.executable, "-c", "import sitecustomize; print(sitecustomize.__file__)", PYTHONPATH=str(tmp_path)
    )
    # The first line is that of `verspan run` itself, which is a Python too.
    assert done.stdout.splitlines() == ["mine False", "mine False", str(tmp_path / "sitecustomize.py")]


def test_failing_sitecustomize(tmp_path: Path) -> None:
    """A sitecustomize of the environment that fails is reported by Python as ever, and Verspan starts all the same."""
    (tmp_path / "sitecustomize.py").write_text("1 / 0")
    script = "import sys; print('verspan.zero_code' in sys.modules)"
    done = verspan_run(sys.executable, "-c", script, PYTHONPATH=str(tmp_path))
    assert done.stdout == "True\n"
    assert "ZeroDivisionError" in done.stderr


def test_python_without_verspan() -> None:
    """A Python that has no Verspan runs the application, and one line says that nothing is recorded."""
    done = verspan_run(sys.executable, "-S", "-c", "import sitecustomize; print('ran')")
    assert (done.returncode, done.stdout) == (0, "ran\n")
    assert done.stderr == (
        f"verspan: nothing is recorded, since No module named 'verspan' ({sys.executable}): see `verspan doctor`\n"
    )
