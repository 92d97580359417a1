"""An evaluation in a notebook, in a real kernel."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.processes import run

CELL = """
import os
for name in ("CI", "PYTEST_CURRENT_TEST"):  # where nobody looks
    os.environ.pop(name, None)
import verspan

def answer(question):
    return question.upper()

@verspan.scorer
def shouts(outputs):
    return outputs.isupper()

result = verspan.evaluate([{"inputs": {"question": each}} for each in "abc"], answer, [shouts], "v1")
"""


def test_progress(tmp_path: Path) -> None:
    """The cell shows one bar, which ends with the scores."""
    cell: dict[str, object] = {
        "cell_type": "code",
        "id": "cell",
        "source": CELL,
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    page = tmp_path / "notebook.ipynb"
    page.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")
    command = (sys.executable, "-m", "jupyter", "execute", "--inplace", page.name)
    done = run(*command, folder=tmp_path, HOME=str(tmp_path), VERSPAN_STORE=str(tmp_path / "store.db"))
    assert done.code == 0, done.log
    (shown,) = json.loads(page.read_text(encoding="utf-8"))["cells"][0]["outputs"]
    assert "".join(shown["data"]["text/html"]) == '<progress value="3" max="3"></progress> 3 of 3 rows shouts 1'
