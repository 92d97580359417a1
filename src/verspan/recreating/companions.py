"""What a version ran with, written beside its tree: parameters, environment, entry point, prompts.

It is in the folder ``.verspan``, which git ignores, so that the tree stays as it was.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from verspan.prompts.documents import content_document
from verspan.prompts.model import PromptVersion
from verspan.recreating.folder import Folder
from verspan.recreating.model import FOLDER, Missing
from verspan.versions.capture.model import Capture, FileMode
from verspan.versions.model import LoggedModel


@dataclass(frozen=True)
class Companions:
    """What was written, and what could not be."""

    written: Sequence[str]
    missing: Sequence[Missing]


def write_companions(
    folder: Folder, model: LoggedModel, capture: Capture | None, prompts: Sequence[PromptVersion]
) -> Companions:
    """Write what a version ran with, as far as its record has it."""
    paths, missing = [], []
    for path, text in _files(model, capture, prompts):
        paths.append(path)
        missing += _write(folder, path, text)
    return Companions([path for path in paths if path not in {each.path for each in missing}], missing)


def _write(folder: Folder, path: str, text: str) -> list[Missing]:
    try:
        folder.write(path, FileMode.REGULAR, text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        return [Missing(path, f"it could not be written: {error.strerror}")]
    return []


def _files(model: LoggedModel, capture: Capture | None, prompts: Sequence[PromptVersion]) -> Iterator[tuple[str, str]]:
    yield f"{FOLDER}/.gitignore", "*\n"
    yield f"{FOLDER}/version.json", _as_json(_version_document(model, capture))
    if capture is not None and capture.environment:
        lines = (f"{name}={shlex.quote(value)}\n" for name, value in capture.environment.items())
        yield f"{FOLDER}/environment.env", "".join(lines)
    if capture is not None and capture.dependencies.packages:
        pins = (f"{name}=={version}\n" for name, version in capture.dependencies.packages.items())
        yield f"{FOLDER}/packages.txt", "".join(pins)
    for prompt in prompts:
        document = {"name": prompt.name, "version": prompt.version, **content_document(prompt.content)}
        yield f"{FOLDER}/prompts/{quote(prompt.name, safe='')}-{prompt.version}.json", _as_json(document)


def _version_document(model: LoggedModel, capture: Capture | None) -> dict[str, object]:
    document: dict[str, object] = {
        "model_id": model.model_id,
        "name": model.name,
        "experiment_name": model.experiment_name,
        "params": dict(model.params),
        "tags": dict(model.tags),
    }
    if capture is None:
        return document
    entry_point = capture.entry_point
    return {
        **document,
        "fingerprint": capture.fingerprint,
        "python_version": capture.dependencies.python_version,
        "platform": capture.dependencies.platform,
        "entry_point": {
            "program": entry_point.program,
            "arguments": list(entry_point.arguments),
            "working_directory": entry_point.working_directory,
        },
        "environment": dict(capture.environment),
    }


def _as_json(document: object) -> str:
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=True) + "\n"
