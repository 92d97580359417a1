"""Through what changes are made here: the command line, or Python. It is told at every start, so it loads nothing."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final

API: Final = "API"
CLI: Final = "CLI"

_interface = ContextVar("verspan.interface", default=API)


def come_from_command_line() -> None:
    """Have the changes that are made here from now on said to come from the command line."""
    _interface.set(CLI)


def current_interface() -> str:
    """``CLI`` or ``API``."""
    return _interface.get()
