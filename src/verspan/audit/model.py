"""What the audit log is made of: changes, and the entries that tell of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Change:
    """A change of a record, as whoever makes it tells of it."""

    action: str
    """What was done, as ``<subject>.<verb>``: ``model.tag``, ``alias.move``, ``prompt.register``."""
    subject_kind: str
    """What it was done to: ``model``, ``prompt``, ``alias``, ``deployment``, ``artifact``, ``capture``, …"""
    subject_id: str
    """Which one: a version's id, a prompt's name. It stays in the log for good, whatever is erased."""
    before: Mapping[str, Any] | None = None
    """What the fields that change were, as JSON has values; None for what is new."""
    after: Mapping[str, Any] | None = None
    """What they are now; None for what is gone."""


@dataclass(frozen=True)
class Origin:
    """Where a change came from."""

    host: str
    program: str
    """The name of the program's file, without the folders that it lies in."""
    pid: int
    working_directory: str | None
    """None where it has been deleted."""
    interface: str
    """``CLI`` or ``API``."""


@dataclass(frozen=True)
class Entry:
    """A change as the log has it."""

    sequence: int
    """Its place in the log, from 1 on and without gaps."""
    timestamp: int
    """When the change was made, in milliseconds since the epoch, by the clock of its host."""
    action: str
    subject_kind: str
    subject_id: str
    actor: str | None
    """Who made it: ``VERSPAN_ACTOR``, else the user of the operating system; None once erased."""
    origin: Origin | None
    """None once erased."""
    before: Mapping[str, Any] | None
    """As :class:`Change` has it; None once erased, too."""
    after: Mapping[str, Any] | None
    erased_by: int | None
    """The entry that tells of the erasure of this one's contents; None where they are kept."""
    hash: str
    """64 hexadecimal digits: see :mod:`verspan.audit.chain`."""


@dataclass(frozen=True)
class AuditQuery:
    """Which entries are meant; every field that is set must match."""

    action: str | None = None
    """An action, or the subject of one: ``model`` stands for ``model.register``, ``model.tag`` and all others."""
    subject_kind: str | None = None
    subject_id: str | None = None
    actor: str | None = None
    since_ms: int | None = None
    """Made then or later."""
    until_ms: int | None = None
    """Made before then."""
    sequences: Sequence[int] = ()
    """These entries alone; any where it is empty."""


@dataclass(frozen=True)
class Anchor:
    """A point of the log: how many entries it had, and the hash of the last of them.

    Whoever keeps one elsewhere can tell later whether the log was written anew up to there, or cut off before.
    """

    count: int
    hash: str
    """64 hexadecimal digits; that of an empty log is all zeros."""

    def __str__(self) -> str:
        return f"{self.count}:{self.hash}"


@dataclass(frozen=True)
class Problem:
    """The first entry that is not as it was written."""

    sequence: int
    what: str
    """A sentence about it."""


@dataclass(frozen=True)
class Verification:
    """What came of checking a log."""

    source: str
    """The store or the file."""
    entries: int
    """How many were checked: all of them where there is no problem."""
    erased: int
    """Of these, how many have no contents any more, each answered for by an erasure."""
    head: Anchor
    """The last entry that was checked. Keep it elsewhere, to check a later state of the log against."""
    problem: Problem | None = None

    @property
    def ok(self) -> bool:
        """Whether no entry was altered, none is missing, and they are in order."""
        return self.problem is None


@dataclass(frozen=True)
class Erasure:
    """What was erased."""

    erased: int
    """Entries that have no contents any more because of it."""
    sequence: int | None
    """The entry that tells of it; None where nothing was to be erased."""
