"""Programs that use the tea shop, each in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.processes import Ended, run_program, said

Say = Callable[..., list[str]]
Run = Callable[..., Ended]
_HERE = str(Path(__file__).parent)


@pytest.fixture
def say(tmp_path: Path) -> Say:
    """Gives the lines that a program prints, which has nothing to complain of; spans are stored nowhere unless told."""

    def say(program: str, **variables: str) -> list[str]:
        return said(program, tmp_path, **{"PYTHONPATH": _HERE, "VERSPAN_EXPORTERS": "none", **variables})

    return say


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Gives what becomes of a program; spans are stored in its folder unless told otherwise."""

    def run(program: str, *options: str, **variables: str) -> Ended:
        return run_program(program, tmp_path, *options, **{"PYTHONPATH": _HERE, **variables})

    return run
