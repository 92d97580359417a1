"""uv, which resolves locks and makes environments."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from verspan.errors import MissingPackageError, VerspanError

_SHOWN: Final = 2_000  # characters of what uv says


def run_uv(*arguments: str | Path, doing: str, given: str | None = None) -> str:
    """Run uv; returns what it printed.

    Args:
        arguments: the arguments.
        doing: what for, as an error ends the sentence "uv could not …".
        given: what it reads from its standard input.

    Raises:
        MissingPackageError: uv is not installed.
        VerspanError: it failed; the message has the end of what it said.
    """
    command = [_uv(), *map(str, arguments)]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)  # noqa: S603 - uv itself
    if done.returncode != 0:
        raise VerspanError(f"uv could not {doing}: {done.stderr.strip()[-_SHOWN:]}")
    return done.stdout


def _uv() -> str:
    beside = shutil.which("uv", path=str(Path(sys.executable).parent))
    found = beside or shutil.which("uv")
    if found is None:
        raise MissingPackageError("locks and environments of packages need uv: pip install uv")
    return found
