"""How the commands that the demo shows are to be typed on this machine, in this folder."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path


def command_line(*words: str) -> str:
    """A ``verspan`` command as it can be pasted into the shell that runs the demo."""
    return shlex.join([_program(), *words])


def shown_path(path: Path) -> str:
    """A path from here where that is shorter, else whole."""
    try:
        return min(os.path.relpath(path), str(path), key=len)
    except ValueError:  # another drive
        return str(path)


def _program() -> str:
    """``verspan`` where the PATH leads to this environment's, else the path of it."""
    beside_python = Path(sys.executable).with_name("verspan")
    on_path = shutil.which("verspan")
    if on_path and Path(on_path).parent.resolve() == beside_python.parent.resolve():
        return "verspan"
    return shown_path(beside_python)
