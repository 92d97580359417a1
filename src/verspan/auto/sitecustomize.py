"""Starts Verspan before an application's first line, in every Python that ``verspan run`` starts.

Python imports a module of this name from the first folder of its path that has one. An environment may have its own:
that one runs first, as it would have without this.
"""

from __future__ import annotations

import importlib.util
import sys
from importlib.machinery import PathFinder
from pathlib import Path

_HERE = Path(__file__).resolve().parent


def _run_environments_own() -> None:
    elsewhere = [folder for folder in sys.path if Path(folder or ".").resolve() != _HERE]
    found = PathFinder.find_spec("sitecustomize", elsewhere)
    if found is None or found.loader is None:
        return
    module = importlib.util.module_from_spec(found)
    sys.modules["sitecustomize"] = module
    found.loader.exec_module(module)


def _start_verspan() -> None:
    try:
        from verspan.zero_code import start

        start()
    except Exception as error:  # noqa: BLE001 - the application runs, whatever is wrong with us
        sys.stderr.write(f"verspan: nothing is recorded, since {error} ({sys.executable}): see `verspan doctor`\n")


try:
    _run_environments_own()
finally:
    _start_verspan()
