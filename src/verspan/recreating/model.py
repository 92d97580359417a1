"""What comes of recreating a version: frozen dataclasses, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = ".verspan"
"""Where what is no part of the tree is written, in the recreated folder; git ignores it."""


@dataclass(frozen=True)
class Missing:
    """Something that is not as it was."""

    path: str
    """Relative to the recreated folder; ``.`` is the folder itself."""
    reason: str
    """Why, and what to do about it where something can be done."""


@dataclass(frozen=True)
class Checkout:
    """A version, recreated in a folder."""

    model_id: str
    name: str
    directory: Path
    commit: str | None
    capture_id: str | None
    """The state that was recreated; None where none was captured, and the commit is all that is known."""
    source: str
    """Where the commit came from: the path of a repository, or the address of a remote."""
    files: int
    """How many files were written."""
    digest: str
    """SHA-256 over paths, modes and contents of all files that the record says were there."""
    found_digest: str
    """Likewise over what is there now."""
    missing: Sequence[Missing] = ()
    """What could not be restored."""
    written: Sequence[str] = ()
    """What was written beside the tree: parameters, environment, entry point, prompts; relative to the folder."""
    python: Path | None = None
    """The interpreter of the environment made from the lock; None where none was asked for or could be made."""

    @property
    def exact(self) -> bool:
        """Whether the tree is byte for byte as it was."""
        of_tree = (each for each in self.missing if not each.path.startswith(f"{FOLDER}/"))
        return self.digest == self.found_digest and not any(of_tree)
