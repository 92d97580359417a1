"""Checking a log entry by entry, in one pass and with what fits into the memory of any machine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from verspan.audit.chain import ERASURE, GENESIS, ErasedEntries, Record, contents_digest
from verspan.audit.model import Anchor, Problem, Verification
from verspan.errors import InvalidArgumentError

_ANCHOR: Final = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")
_TOLD_EVERY: Final = 10_000
Tell: TypeAlias = Callable[[int], None]
"""Is told how many entries have been checked."""


def say_nothing(_count: int) -> None:
    """For those who need not be told."""


def parse_anchor(text: str) -> Anchor:
    """An anchor as ``COUNT:HASH``.

    Raises:
        InvalidArgumentError: it is not written so.
    """
    found = _ANCHOR.fullmatch(text.strip().lower())
    if not found:
        raise InvalidArgumentError(
            f"{text[:80]!r} is no anchor: give one as `verspan audit verify` prints it, COUNT:HASH with 64 hexadecimal"
            " digits"
        )
    return Anchor(int(found[1]), found[2])


def verify(
    source: str,
    records: Iterable[Record],
    head: Anchor,
    anchors: Sequence[Anchor] = (),
    tell: Tell = say_nothing,
) -> Verification:
    """Check a log.

    Args:
        source: what it is called in the result.
        records: its entries, in the order in which they are kept.
        head: how many there are and the last one's hash, as is kept beside them.
        anchors: heads that it had at other times and that were kept elsewhere.
        tell: told of how many have been checked, every ten thousand.
    """
    checker = _Checker({anchor.count: anchor.hash for anchor in anchors})
    problem = None
    for record in records:
        problem = checker.check(record)
        if problem:
            break
        if checker.count % _TOLD_EVERY == 0:
            tell(checker.count)
    return Verification(
        source,
        checker.count,
        checker.erased,
        Anchor(checker.count, checker.last_hash),
        problem or checker.check_end(head),
    )


@dataclass
class _Claimed:
    """Entries that are said to be erased by one that is yet to come."""

    first: int
    entries: ErasedEntries


class _Checker:
    """What is known of the entries that have been checked."""

    def __init__(self, anchors: dict[int, str]) -> None:
        self._anchors = anchors
        self._claimed: dict[int, _Claimed] = {}
        self.count = 0
        self.erased = 0
        self.last_hash = GENESIS

    def check(self, record: Record) -> Problem | None:
        """Whether something is wrong with the entry after those that were checked."""
        try:
            problem = self._problem(record)
        except (TypeError, AttributeError):  # SQLite holds a value of any type in any column
            problem = Problem(record.link.sequence, "it was altered: it holds values of types that no entry has")
        if problem is None:
            self.count, self.last_hash = record.link.sequence, record.hash
        return problem

    def check_end(self, head: Anchor) -> Problem | None:
        """Whether something is wrong with the end of the log, or with what was said of it elsewhere."""
        later = max([head.count, *self._anchors])
        if self.count < later:
            missing = f"entry {later} is" if later == self.count + 1 else f"entries {self.count + 1} to {later} are"
            return Problem(self.count + 1, f"{missing} missing: the log was cut off at its end")
        if Anchor(self.count, self.last_hash) != head:
            return Problem(
                head.count + 1 if head.count < self.count else self.count,
                f"the log says that it ends with entry {head.count} of hash {head.hash}, and it ends with entry"
                f" {self.count} of hash {self.last_hash}: entries were added or replaced by hand",
            )
        for erased_by, claimed in self._claimed.items():
            return Problem(claimed.first, f"its contents are missing, and there is no entry {erased_by} to tell why")
        return None

    def _problem(self, record: Record) -> Problem | None:
        return (
            self._out_of_place(record)
            or self._altered(record)
            or self._not_following(record)
            or self._contents(record)
            or self._erasure(record)
        )

    def _out_of_place(self, record: Record) -> Problem | None:
        expected, found = self.count + 1, record.link.sequence
        if found == expected:
            return None
        if found > expected:
            missing = f"entry {expected} is" if found == expected + 1 else f"entries {expected} to {found - 1} are"
            return Problem(expected, f"{missing} not where they belong: entry {found} comes after entry {self.count}")
        return Problem(found, f"it stands where entry {expected} belongs: entries were put into another order")

    def _altered(self, record: Record) -> Problem | None:
        if record.link.hash == record.hash:
            return None
        return Problem(
            record.link.sequence,
            f"it was altered: its hash is {record.hash}, and what it says has the hash {record.link.hash}",
        )

    def _not_following(self, record: Record) -> Problem | None:
        sequence = record.link.sequence
        if record.link.previous != self.last_hash:
            return Problem(
                max(self.count, 1),
                f"entry {sequence} was written after one of hash {record.link.previous}, and the one that is there has"
                f" {self.last_hash}: it was replaced, and its hash computed anew",
            )
        anchored = self._anchors.get(sequence, record.hash)
        if anchored != record.hash:
            return Problem(
                sequence,
                f"its hash is {record.hash}, and the anchor's is {anchored}: the log was written anew, up to here at"
                " the least",
            )
        return None

    def _contents(self, record: Record) -> Problem | None:
        sequence = record.link.sequence
        if record.contents is None or record.salt is None:
            return self._missing_contents(sequence, record.erased_by)
        if record.erased_by is not None:
            return Problem(sequence, f"its contents are there, though they are said to be erased by {record.erased_by}")
        if contents_digest(record.salt, record.contents) != record.link.contents_digest:
            return Problem(sequence, "its contents were altered: who made the change, from where, before or after")
        return None

    def _missing_contents(self, sequence: int, erased_by: int | None) -> Problem | None:
        if erased_by is None or erased_by <= sequence:
            return Problem(sequence, "its contents are missing, and no erasure tells of it")
        self.erased += 1
        self._claimed.setdefault(erased_by, _Claimed(sequence, ErasedEntries())).entries.add(sequence)
        return None

    def _erasure(self, record: Record) -> Problem | None:
        sequence, is_erasure = record.link.sequence, record.link.action == ERASURE
        claimed = self._claimed.pop(sequence, None)
        if claimed is None and not is_erasure:
            return None
        if claimed is not None and not is_erasure:
            return Problem(
                claimed.first, f"its contents are missing, and entry {sequence}, which is to tell why, is no erasure"
            )
        entries = claimed.entries if claimed else ErasedEntries()
        if record.link.subject_id == entries.subject_id:
            return None
        told = record.link.subject_id.partition(":")[0]
        return Problem(
            sequence,
            f"it tells of {told} entries erased, and {entries.count} are said to be erased by it, or others than then",
        )
