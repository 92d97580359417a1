"""Notebooks, executed by their own command in a real kernel."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.deployments.conftest import ROOT, Place
from tests.processes import Ended, run

from verspan.cli.opening import required_store
from verspan.traces.model import TraceQuery

EXAMPLE = ROOT / "examples" / "notebook" / "users_page.ipynb"
NAME = "notebook.ipynb"
TAKE = "from tests.deployments import shop\n\nshop.take('order-1')"
DIE = "import os, signal\n\nshop.take('order-2', 'shop-canary')\nos.kill(os.getpid(), signal.SIGKILL)"


def _executed(place: Place) -> Ended:
    """Execute the notebook in the place's folder; what its cells print is then in it."""
    command = (sys.executable, "-m", "jupyter", "execute", "--inplace", NAME)
    return run(*command, folder=place.folder, **place.variables())


def _write(place: Place, *sources: str) -> None:
    """Make a notebook of these cells."""
    cells = [
        {"cell_type": "code", "id": f"cell-{number}", "source": source, "metadata": {}, "outputs": []}
        for number, source in enumerate(sources)
    ]
    notebook = {"cells": [{**cell, "execution_count": None} for cell in cells], "metadata": {}}
    (place.folder / NAME).write_text(json.dumps({**notebook, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")


def _printed(place: Place) -> str:
    cells = json.loads((place.folder / NAME).read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return "".join("".join(output.get("text", "")) for output in outputs)


def _make_repository(folder: Path) -> str:
    """Make a repository of a folder; gives its commit, as the page shortens it."""
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    for command in (("init", "--quiet"), ("commit", "--quiet", "--allow-empty", "--message=Begin")):
        subprocess.run(["git", *identity, *command], cwd=folder, check=True)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True, text=True)
    return head.stdout[:8]


def test_example(place: Place) -> None:
    """The example's five questions are five traces of its commit's version, which it finds and prints itself."""
    version = f"customer_support_agent-{_make_repository(place.folder)}"
    shutil.copy(EXAMPLE, place.folder / NAME)

    done = _executed(place)

    assert done.code == 0, done.log
    with required_store(str(place.folder / "store.db")) as store:
        found = store.find_traces(TraceQuery()).traces
    expected = [
        f"{version} {each.request_preview} → {each.response_preview} ({each.output_tokens} tokens)" for each in found
    ]
    assert _printed(place).splitlines() == expected
    assert place.stored() == place.collected() == [("chat gpt-4o-mini", version)] * 5


def test_example_is_stripped() -> None:
    """The example has no outputs of anybody's run in it."""
    cells = [cell for cell in json.loads(EXAMPLE.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    assert {(cell["execution_count"], len(cell["outputs"])) for cell in cells} == {(None, 0)}


def test_kernel_that_ends(place: Place) -> None:
    """A kernel that is shut down has delivered every span, though no cell says so."""
    _write(place, TAKE)

    done = _executed(place)

    assert done.code == 0, done.log
    assert place.stored() == place.collected() == place.ended()


def test_kernel_that_dies(place: Place) -> None:
    """What a kernel that was killed left is delivered by the next one, or by hand."""
    _write(place, TAKE, DIE)
    died = _executed(place)
    _write(place, TAKE)
    done = _executed(place)
    place.drain()

    assert (died.code, done.code) == (1, 0)
    assert place.stored() == place.ended()
    assert sorted(set(place.collected())) == sorted(set(place.ended()))  # which may have what was on its way twice
