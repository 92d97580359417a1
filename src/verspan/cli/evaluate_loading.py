"""What an evaluation is told on the command line: functions and scorers by their names, rows by file or dataset."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from verspan.cli.opening import required_store
from verspan.errors import InvalidArgumentError

_FILES = (".jsonl", ".ndjson", ".json")


def load_function(name: str) -> Callable[..., Any]:
    """The function that ``module:name`` means, with modules of the working directory first.

    Raises:
        InvalidArgumentError: there is none.
    """
    module_name, colon, path = name.partition(":")
    if not (module_name and colon and path):
        raise InvalidArgumentError(f"{name!r} names no function: write MODULE:FUNCTION, such as app:answer")
    if os.getcwd() not in sys.path:  # noqa: PTH109 - sys.path has texts
        sys.path.insert(0, os.getcwd())  # noqa: PTH109 - likewise
    try:
        found: Any = import_module(module_name)
    except ModuleNotFoundError as error:
        raise InvalidArgumentError(f"{name!r}: there is no module {error.name!r} here") from error
    for part in path.split("."):
        found = getattr(found, part, None)
    if not callable(found):
        raise InvalidArgumentError(f"{name!r}: the module {module_name!r} has no function {path!r}")
    return found  # type: ignore[no-any-return]  # it has just been looked at


def load_scorer(name: str) -> Any:
    """The scorer that ``module:name`` means, or a built-in one by its name alone.

    Raises:
        InvalidArgumentError: there is none.
    """
    found: Any = load_function(name if ":" in name else f"verspan.scorers:{name}")
    return found() if isinstance(found, type) else found


def load_rows(place: str, store_place: str | None) -> Any:
    """The rows of a file of JSON lines, or a version of a dataset: ``NAME``, its newest, or ``NAME@DIGEST``.

    Raises:
        InvalidArgumentError: a line is no JSON.
        NotFoundError: the store has no such dataset.
    """
    path = Path(place)
    if path.suffix in _FILES or path.is_file():
        return _lines(path)
    name, _, digest = place.partition("@")
    with required_store(store_place) as store:
        return store.datasets.load(name, digest or None)


def _lines(path: Path) -> list[Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidArgumentError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error
    return [_parsed(path, number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]


def _parsed(path: Path, number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise InvalidArgumentError(f"{path}, line {number} is no JSON: {error}") from error
