"""Distributions built from this tree, and clean environments that they are installed into."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements" / "run.txt"


@dataclass(frozen=True)
class Distributions:
    """What a release would upload, by the name of the import package."""

    wheels: Mapping[str, Path]
    sdists: Mapping[str, Path]


@dataclass(frozen=True)
class Environment:
    """A virtual environment that knows nothing of this tree."""

    folder: Path

    def run(self, program: str, *arguments: str, cwd: Path | None = None, **variables: str) -> str:
        """Run a program of the environment and return what it printed.

        Args:
            program: its name, such as ``python``.
            arguments: its arguments.
            cwd: where it runs; the environment's folder where it is None.
            variables: what its own environment holds beside the search path and a home of its own.
        """
        done = subprocess.run(
            [self.folder / "bin" / program, *arguments],
            cwd=cwd or self.folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), **variables},
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def run_json(self, *arguments: str, cwd: Path) -> Any:
        """What ``verspan … --json`` prints, read."""
        return json.loads(self.run("verspan", *arguments, "--json", cwd=cwd))


def build_all(folder: Path) -> Distributions:
    """Build every package's source distribution, and from that its wheel, as a release does."""
    _uv("build", "--all-packages", "--no-build-isolation", "--offline", "--python", sys.executable, "--out-dir", folder)
    wheels, sdists = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return Distributions(
        {path.name.partition("-")[0]: path for path in wheels}, {path.name.partition("-")[0]: path for path in sdists}
    )


def install_into_new(folder: Path, *requirements: str) -> Environment:
    """A clean environment with some requirements in it, each in the version that the demo's lock names."""
    _uv("venv", "--python", sys.executable, folder)
    install: list[str | Path] = ["pip", "install", "--python", folder / "bin" / "python", "--constraint", LOCK]
    # Whoever set up this environment has the same packages in uv's cache; the index is asked where that is gone.
    if _ended(*install, *requirements, "--offline").returncode != 0:
        _uv(*install, *requirements)
    return Environment(folder)


def _uv(*arguments: str | Path) -> None:
    done = _ended(*arguments)
    assert done.returncode == 0, done.stderr


def _ended(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    uv = Path(sys.executable).parent / "uv"
    return subprocess.run([uv, *arguments], cwd=ROOT, check=False, capture_output=True, text=True)
