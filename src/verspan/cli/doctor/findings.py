"""What the doctor says: findings, each with a remedy where something is to be mended."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum

from verspan.errors import VerspanError


class Level(str, Enum):
    """How a finding bears on what is recorded."""

    OK = "ok"
    WARNING = "warning"
    """Recording works, and something may not be as it is meant."""
    PROBLEM = "problem"
    """Something is not recorded or cannot be read."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    area: str
    subject: str
    """What it is about: a package, an exporter, a variable."""
    level: Level
    message: str
    remedy: str | None = None
    """What to do about it; None where nothing need be done."""


def guarded(area: str, check: Callable[[], list[Finding]]) -> list[Finding]:
    """What a check found; a check that fails is a finding itself, and the others are made all the same."""
    try:
        return check()
    except VerspanError as error:
        return [Finding(area, "check", Level.PROBLEM, str(error))]
    except Exception as error:  # noqa: BLE001 - a broken package must not hide what the other checks find
        message = f"This could not be looked at, unexpected {type(error).__name__}: {error}."
        return [Finding(area, "check", Level.PROBLEM, message, "Please report it.")]


@contextmanager
def warnings_as_findings(area: str, subject: str, findings: list[Finding]) -> Iterator[None]:
    """Make findings of the warnings that Verspan logs inside the block, which would otherwise be logged as usual."""
    collector = _Collector(area, subject, findings)
    logger = logging.getLogger("verspan")
    propagated, logger.propagate = logger.propagate, False
    logger.addHandler(collector)
    try:
        yield
    finally:
        logger.removeHandler(collector)
        logger.propagate = propagated


class _Collector(logging.Handler):
    def __init__(self, area: str, subject: str, findings: list[Finding]) -> None:
        super().__init__(logging.WARNING)
        self._area, self._subject, self._findings = area, subject, findings

    def emit(self, record: logging.LogRecord) -> None:
        self._findings.append(Finding(self._area, self._subject, Level.WARNING, record.getMessage()))
