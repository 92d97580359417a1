"""Files in TOML that people write: policies, and rules of alerts."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from verspan.errors import InvalidArgumentError


def read_toml(path: str | Path, what: str) -> Mapping[str, Any]:
    """What a TOML file states.

    Args:
        path: where it is.
        what: what it is to whoever wrote it, such as ``the policy``, for messages.

    Raises:
        InvalidArgumentError: it cannot be read, or is no TOML.
    """
    toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")  # the same under another name
    try:
        found: Mapping[str, Any] = toml.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidArgumentError(f"{what} {path} cannot be read: {error}") from error
    except ValueError as error:
        raise InvalidArgumentError(f"{path} is no TOML: {error}") from error
    return found
