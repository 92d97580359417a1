"""Writes down the parameters of every call of MLflow's that the guide shows, where ``mlflow`` is installed.

::

    python tests/mlflow_import/list_signatures.py
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
from operator import attrgetter
from pathlib import Path

import mlflow

GUIDE = Path(__file__).parents[2] / "docs" / "migrating-from-mlflow.md"
_CELLS = 6  # four, and what is before the first and after the last line


def main() -> None:
    """Write ``mlflow-VERSION.signatures.json`` beside this file."""
    for module in ("artifacts", "genai", "openai", "pyfunc"):
        importlib.import_module(f"mlflow.{module}")
    rows = [line.split("|") for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.startswith("| `mlflow.")]
    names = {name for row in rows if len(row) == _CELLS for name in re.findall(r"`(mlflow\.[\w.]+)`", row[1])}
    calls = {name: attrgetter(name.partition(".")[2])(mlflow) for name in sorted(names)}
    found = {name: list(inspect.signature(call).parameters) for name, call in calls.items()}
    written = Path(__file__).with_name(f"mlflow-{mlflow.__version__}.signatures.json")
    written.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
