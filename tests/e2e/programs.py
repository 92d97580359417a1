"""The real Collector and the real Jaeger: built by Go, once, into a cache outside the clone.

``python -m tests.e2e.programs`` builds what is not there yet. Nothing else builds: tests that need a program which is
not there are skipped, and say why.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

EXAMPLES = Path(__file__).parents[2] / "examples"
_BUILDER = "go.opentelemetry.io/collector/cmd/builder@v0.159.0"
_MANIFEST = EXAMPLES / "existing_collector" / "builder.yaml"
_JAEGER_VERSION = "v1.76.0"  # the module's; its cmd/jaeger calls itself 2.13.0


@dataclass(frozen=True)
class Program:
    """A program that Go builds."""

    name: str
    version: str
    """Tells builds apart: another version has another place in the cache."""
    make: Callable[[Path], Path]
    """Builds it in an empty folder, and returns where it is there."""

    @property
    def path(self) -> Path:
        """Where it is once it is built."""
        home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return Path(home) / "verspan" / "bin" / f"{self.name}-{self.version}"

    def missing(self) -> str | None:
        """Why the program cannot be started; None where it can."""
        if self.path.is_file():
            return None
        if shutil.which("go") is None:
            return f"{self.path} is not there, and there is no Go on this machine to build it"
        return f"{self.path} is not there yet: `make servers` builds it"

    def build(self) -> None:
        """Build it and put it into the cache, whole or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f"{self.name}-", dir=self.path.parent) as folder:
            self.make(Path(folder)).replace(self.path)


def main() -> None:
    """Build what is missing; where there is no Go, say what follows."""
    for program in (COLLECTOR, JAEGER):
        if program.missing() is None:
            continue
        if shutil.which("go") is None:
            _say(f"There is no Go on this machine: tests that need {program.name} are skipped.")
            continue
        _say(f"Building {program.name} with Go, once, for some minutes, into {program.path.parent}")
        started = time.monotonic()
        try:
            program.build()
        except subprocess.CalledProcessError as error:
            sys.exit(f"Building {program.name} failed: {error}")
        _say(f"Built {program.name} in {time.monotonic() - started:.0f} s")


def _make_collector(folder: Path) -> Path:
    _go(folder, "run", _BUILDER, f"--config={_MANIFEST}")
    return folder / "distribution" / "otelcol"


def _make_jaeger(folder: Path) -> Path:
    """Build it as its own go.mod says, for a replacement in which `go install` refuses it.

    The module is checked by Go's checksum database, and all that it needs by the go.sum that it brings.
    """
    found = _go(folder, "mod", "download", "-json", f"github.com/jaegertracing/jaeger@{_JAEGER_VERSION}")
    program = folder / "jaeger"
    _go(Path(json.loads(found)["Dir"]), "build", "-trimpath", "-ldflags=-s -w", "-o", str(program), "./cmd/jaeger")
    return program


def _go(folder: Path, *arguments: str) -> str:
    """Run Go in a folder; returns what it wrote to standard output, and shows its progress."""
    done = subprocess.run(["go", *arguments], cwd=folder, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - a script's progress


COLLECTOR = Program("otelcol", hashlib.sha256(_MANIFEST.read_bytes()).hexdigest()[:12], _make_collector)
JAEGER = Program("jaeger", _JAEGER_VERSION, _make_jaeger)

if __name__ == "__main__":
    main()
