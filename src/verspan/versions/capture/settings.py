"""How much of a version's state is captured: the environment says."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final

from verspan.semconv import ENV_CAPTURE, ENV_CAPTURE_ENVIRONMENT, ENV_CAPTURE_MAX_BYTES
from verspan.versions.capture.surroundings import CHOSEN

DEFAULT_MAX_BYTES: Final = 10 * 2**20
_NONE: Final = "none"

_logger = logging.getLogger(__name__)


class CaptureMode(str, Enum):
    """How much is captured."""

    OFF = "off"
    """The commit, branch and remote, and nothing else."""
    GIT = "git"
    """The code: the commit and all that differs from it."""
    FULL = "full"
    """The code, what it runs on, chosen variables and how the process was started."""


@dataclass(frozen=True)
class CaptureSettings:
    """What ``VERSPAN_CAPTURE``, ``VERSPAN_CAPTURE_MAX_BYTES`` and ``VERSPAN_CAPTURE_ENVIRONMENT`` say."""

    mode: CaptureMode = CaptureMode.FULL
    max_bytes: int = DEFAULT_MAX_BYTES
    """How many bytes of changed and untracked files are kept with one state."""
    environment: tuple[str, ...] = CHOSEN
    """Names of variables, with ``*`` for any characters."""


def capture_settings() -> CaptureSettings:
    """The settings in force; a value that is none is logged once, and the default holds."""
    chosen = os.environ.get(ENV_CAPTURE_ENVIRONMENT, "").strip()
    names = tuple(filter(None, map(str.strip, chosen.split(","))))
    return CaptureSettings(
        _mode(os.environ.get(ENV_CAPTURE, "")),
        _max_bytes(os.environ.get(ENV_CAPTURE_MAX_BYTES, "")),
        () if chosen.lower() == _NONE else names or CHOSEN,
    )


def _mode(text: str) -> CaptureMode:
    try:
        return CaptureMode(text.strip().lower() or CaptureMode.FULL)
    except ValueError:
        _say_unusable(ENV_CAPTURE, text, "off, git and full", CaptureMode.FULL.value)
        return CaptureMode.FULL


def _max_bytes(text: str) -> int:
    stripped = text.strip()
    if stripped and not (stripped.isascii() and stripped.isdecimal()):
        _say_unusable(ENV_CAPTURE_MAX_BYTES, text, "whole numbers of bytes", str(DEFAULT_MAX_BYTES))
        return DEFAULT_MAX_BYTES
    return int(stripped) if stripped else DEFAULT_MAX_BYTES


@lru_cache(maxsize=64)
def _say_unusable(variable: str, value: str, usable: str, instead: str) -> None:
    _logger.warning("%s=%r is none of its values, which are %s: %s is used instead.", variable, value, usable, instead)
