"""What assessments ask of a store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from verspan.assessments.model import Assessment


@dataclass(frozen=True)
class AssessmentQuery:
    """Which assessments are meant; every field that is set must match."""

    trace_ids: Sequence[str] = ()
    """Of these traces; of any where it is empty."""
    name: str | None = None
    source_type: str | None = None
    source_id: str | None = None
    run_id: str | None = None
    model_id: str | None = None
    """Of traces of this version."""
    include_overridden: bool = False
    """Also what another has taken the place of, or what was withdrawn."""


class AssessmentRecords(Protocol):
    """The assessments of a store. They may be of traces that it does not hold (yet)."""

    def add(self, assessments: Sequence[Assessment]) -> Sequence[Assessment]:
        """Keep assessments, all or none, and return them as kept: with id and time.

        One that overrides another makes that one no longer valid. Those of people are noted in the audit log.

        Raises:
            InvalidArgumentError: what one overrides is no longer valid, so that of several who correct the same
                assessment at once one does and the others are told.
            NotFoundError: what one overrides is not there, or is of another trace.
        """
        ...

    def withdraw(self, assessment_id: str) -> Assessment:
        """Make an assessment no longer valid; it stays in the history, and the audit log says who did it.

        One that is no longer valid stays as it is.

        Raises:
            NotFoundError: it is not there.
        """
        ...

    def find(self, query: AssessmentQuery) -> Sequence[Assessment]:
        """Assessments, by trace and time."""
        ...
