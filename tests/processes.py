"""Programs run in a process of their own, since OpenTelemetry's providers are set once in a process."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

_SECONDS = 60


@dataclass(frozen=True)
class Ended:
    """What became of a program."""

    code: int
    output: str
    log: str
    """What it wrote to standard error."""


def clean_environment(**variables: str) -> dict[str, str]:
    """This process's environment without Verspan's and OpenTelemetry's variables, and with these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VERSPAN_", "OTEL_"))}
    return {**kept, "PYTHONPATH": "", **variables}


def run(*command: str, folder: Path, **variables: str) -> Ended:
    """Run a command in a folder.

    Args:
        command: the command and its arguments.
        folder: its working directory.
        variables: what its environment has besides.
    """
    environment = clean_environment(**variables)
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def run_program(program: str, folder: Path, *options: str, **variables: str) -> Ended:
    """Run a Python program in a folder; its indentation is taken off.

    Args:
        program: the source.
        folder: its working directory, where it is written as ``app.py``.
        options: options of the interpreter.
        variables: what its environment has besides.
    """
    (folder / "app.py").write_text(dedent(program), encoding="utf-8")
    return run(sys.executable, *options, "app.py", folder=folder, **variables)


def said(program: str, folder: Path, **variables: str) -> list[str]:
    """The lines that a program printed, which ended well and wrote nothing to standard error.

    Args:
        program: the source.
        folder: its working directory.
        variables: what its environment has besides.
    """
    done = run_program(program, folder, **variables)
    assert (done.code, done.log) == (0, ""), done.log
    return done.output.splitlines()
