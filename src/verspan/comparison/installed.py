"""Whether the packages are there that comparing needs."""

from __future__ import annotations

from importlib.util import find_spec

from verspan.errors import MissingPackageError


def check_installed() -> None:
    """Say how to install what is missing.

    Raises:
        MissingPackageError: SciPy is not installed.
    """
    if find_spec("scipy") is None:
        raise MissingPackageError("comparing versions needs SciPy: pip install 'verspan[compare]'")
