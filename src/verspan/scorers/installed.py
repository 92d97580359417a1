"""The packages that some scorers need, of the extra ``scorers``."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from verspan.errors import MissingPackageError


def needed(package: str, scorer: str) -> Any:
    """An optional package, imported.

    Args:
        package: its name to import it by.
        scorer: what needs it, for the message.

    Raises:
        MissingPackageError: it is not installed.
    """
    try:
        return import_module(package)
    except ImportError as error:
        raise MissingPackageError(f"{scorer} needs {package}: pip install 'verspan[scorers]'") from error
