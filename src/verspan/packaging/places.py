"""Folders of the user's own: what is agreed to, and what can be made again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_OURS: Final = "verspan"


def config_folder() -> Path:
    """Where the user's decisions are: ``XDG_CONFIG_HOME``, else ``~/.config``; on Windows ``APPDATA``."""
    return _home(("XDG_CONFIG_HOME", "APPDATA"), ".config")


def cache_folder() -> Path:
    """Where what can be made again is: ``XDG_CACHE_HOME``, else ``~/.cache``; on Windows ``LOCALAPPDATA``."""
    return _home(("XDG_CACHE_HOME", "LOCALAPPDATA"), ".cache")


def _home(variables: tuple[str, ...], otherwise: str) -> Path:
    chosen = next((os.environ[variable] for variable in variables if os.environ.get(variable)), None)
    return (Path(chosen) if chosen else Path.home() / otherwise) / _OURS
