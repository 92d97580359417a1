"""What a package is: the frozen dataclasses that cross module boundaries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from verspan.versions.model import GitState

PACKAGE_PATH: Final = "package.zip"
"""The path of a version's package among its artifacts."""
PACKAGE_TYPE: Final = "application/vnd.verspan.package+zip"
MANIFEST_PATH: Final = "verspan-package.json"
CODE_FOLDER: Final = "code/"
CONFIG_PATH: Final = "config.json"
LOCK_PATH: Final = "requirements.txt"


@dataclass(frozen=True)
class PackageFile:
    """A file in a package."""

    path: str
    digest: str
    """SHA-256 of its content, as 64 hexadecimal digits."""
    size: int
    """In bytes."""
    executable: bool = False


@dataclass(frozen=True)
class PackageManifest:
    """What a package says of itself."""

    model_id: str
    """The version that it is the package of; what it is asked is recorded under it."""
    model_name: str
    experiment_name: str
    git: GitState | None
    """What git said of the version."""
    entry_point: str
    """What is called: ``module:attribute``."""
    python: str
    """The Python that it was made with, such as ``3.11``."""
    files: Sequence[PackageFile]
    """Every file but the manifest, by path."""

    @property
    def has_config(self) -> bool:
        """Whether it has a configuration."""
        return any(file.path == CONFIG_PATH for file in self.files)

    @property
    def has_lock(self) -> bool:
        """Whether it says which packages it runs with."""
        return any(file.path == LOCK_PATH for file in self.files)


@dataclass(frozen=True)
class Package:
    """A package, known by its hash."""

    digest: str
    """SHA-256 of the whole file, as 64 hexadecimal digits: what is agreed to before code of it runs."""
    size: int
    """Bytes of the whole file."""
    manifest: PackageManifest
