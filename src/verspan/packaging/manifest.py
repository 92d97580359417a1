"""The manifest of a package as JSON, and back with every field checked: it may come from a stranger."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

import orjson

from verspan.artifacts.paths import check_apart, checked_path
from verspan.errors import InvalidArgumentError
from verspan.packaging.model import CODE_FOLDER, CONFIG_PATH, LOCK_PATH, PackageFile, PackageManifest
from verspan.versions.identity import checked_model_id, checked_name, experiment_id_for, model_id_for
from verspan.versions.model import GitState

_FORMAT: Final = 1
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_GIT_TEXTS: Final = ("commit", "branch", "remote_url")
_PYTHON: Final = re.compile(r"3\.[0-9]{1,2}")
_ENTRY_POINT: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")


def checked_entry_point(text: Any) -> str:
    """An entry point as it is used.

    Raises:
        InvalidArgumentError: it is not of the form ``module:attribute``.
    """
    if not isinstance(text, str) or not _ENTRY_POINT.fullmatch(text):
        raise InvalidArgumentError(
            f"entry_point={text!r} is not of the form 'module:attribute', as 'app.agent:answer' is"
        )
    return text


def to_json(manifest: PackageManifest) -> bytes:
    """The manifest as JSON: the same bytes for the same manifest."""
    document = {"format": _FORMAT, **asdict(manifest)}
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def from_json(content: bytes) -> PackageManifest:
    """The manifest that JSON holds.

    Raises:
        InvalidArgumentError: it is none, is of a newer format, or a field is not what it has to be.
    """
    try:
        document = orjson.loads(content)
        if document["format"] != _FORMAT:
            raise InvalidArgumentError(
                f"its format is {document['format']!r} and this Verspan knows {_FORMAT}: pip install --upgrade verspan"
            )
        return _manifest(document)
    except (KeyError, TypeError, AttributeError, orjson.JSONDecodeError) as error:
        raise InvalidArgumentError(f"its manifest cannot be read: {type(error).__name__}: {error}") from error


def _manifest(document: Mapping[str, Any]) -> PackageManifest:
    files = tuple(_file(entry) for entry in document["files"])
    check_apart(file.path for file in files)
    name = checked_name(document["model_name"], "version name")
    experiment = checked_name(document["experiment_name"], "experiment name")
    model_id = checked_model_id(document["model_id"])
    if model_id != model_id_for(experiment, name):
        raise InvalidArgumentError(
            f"its version {name!r} of {experiment_id_for(experiment)} cannot have the id {model_id}"
        )
    git = document["git"]
    return PackageManifest(
        model_id=model_id,
        model_name=name,
        experiment_name=experiment,
        git=None if git is None else _git(git),
        entry_point=checked_entry_point(document["entry_point"]),
        python=_matching(document["python"], _PYTHON),
        files=files,
    )


def _git(entry: Mapping[str, Any]) -> GitState:
    commit, branch, remote_url = (None if entry[key] is None else str(entry[key]) for key in _GIT_TEXTS)
    return GitState(commit, branch, remote_url, None if entry["dirty"] is None else bool(entry["dirty"]))


def _file(entry: Mapping[str, Any]) -> PackageFile:
    path, size = checked_path(entry["path"]), entry["size"]
    if not path.startswith(CODE_FOLDER) and path not in (CONFIG_PATH, LOCK_PATH):
        raise InvalidArgumentError(f"its file {path!r} is not in {CODE_FOLDER!r}")
    if not isinstance(size, int) or size < 0:
        raise InvalidArgumentError(f"its file {path!r} has the size {size!r}")
    return PackageFile(path, _matching(entry["digest"], _DIGEST), size, bool(entry["executable"]))


def _matching(text: Any, form: re.Pattern[str]) -> str:
    if not isinstance(text, str) or not form.fullmatch(text):
        raise InvalidArgumentError(f"its manifest has {text!r} where {form.pattern} is expected")
    return text
