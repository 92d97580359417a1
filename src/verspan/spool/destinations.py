"""The folders of a spool: one for each destination, with a file that says where what is in it goes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

from verspan.settings import STORE_FOLDER
from verspan.spool.delivery import Destination

_DESCRIPTION = "destination.json"
_DIGEST_DIGITS = 12


def folder_of(spool: Path, destination: Destination) -> Path:
    """The folder of a destination, which need not be there yet."""
    digest = sha256(destination.address.encode("utf-8", "surrogateescape")).hexdigest()[:_DIGEST_DIGITS]
    return spool / f"{destination.exporter}-{digest}"


def make_folder(folder: Path, destination: Destination) -> None:
    """Make a destination's folder, which only its owner may read, and say in it where its spans go.

    Raises:
        OSError: it cannot be made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _keep_out_of_git(folder)
    description = folder / _DESCRIPTION
    if not description.exists():
        new = folder / f".{_DESCRIPTION}.{os.getpid()}"
        new.touch(mode=0o600)
        new.write_text(json.dumps(asdict(destination)), encoding="utf-8")
        new.replace(description)


def destinations_in(spool: Path) -> Iterator[tuple[Path, Destination]]:
    """Every destination that some process has written for, with its folder; what cannot be read is left out."""
    with suppress(OSError):
        for folder in sorted(spool.iterdir()):
            destination = _described(folder)
            if destination is not None:
                yield folder, destination


def _described(folder: Path) -> Destination | None:
    try:
        found = json.loads((folder / _DESCRIPTION).read_text(encoding="utf-8"))
        return Destination(str(found["exporter"]), str(found["address"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep_out_of_git(folder: Path) -> None:
    for parent in folder.parents:
        if parent.name == STORE_FOLDER:
            ignore = parent / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", encoding="utf-8")
            return
