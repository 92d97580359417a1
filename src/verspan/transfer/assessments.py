"""Assessments of traces, as they stand in a file and as they are kept from one.

Those of one trace stand together, each after the one that it overrides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from verspan.assessments.checking import (
    checked_assessment_name,
    checked_rationale,
    checked_span_id,
    checked_trace_id,
    checked_value,
)
from verspan.assessments.model import Assessment, Expectation, Feedback
from verspan.assessments.records import AssessmentQuery
from verspan.errors import InvalidArgumentError
from verspan.store.interface import Store

_ID: Final = re.compile(r"a-[0-9a-f]{32}")
_TIMES: Final = range(2**53)
_BATCH: Final = 1_024  # assessments of one transaction, or all of a trace


@dataclass(frozen=True)
class TraceAssessment:
    """An assessment: one of the two."""

    feedback: Feedback | None = None
    expectation: Expectation | None = None


def assessments_of(store: Store, model_ids: Sequence[str]) -> Iterator[TraceAssessment]:
    """What was found of the traces that belong to versions, and is expected of them: what was overridden too."""
    for model_id in model_ids:
        found = store.assessments.find(AssessmentQuery(model_id=model_id, include_overridden=True))
        for _, of_trace in groupby(found, key=lambda each: each.trace_id):
            for each in _targets_first(list(of_trace)):
                yield _wrapped(each)


def _wrapped(each: Assessment) -> TraceAssessment:
    return TraceAssessment(feedback=each) if isinstance(each, Feedback) else TraceAssessment(expectation=each)


def _targets_first(of_trace: Sequence[Assessment]) -> Iterator[Assessment]:
    """By time, but what is overridden first: clocks of two machines may disagree."""
    waiting = list(of_trace)
    placed: set[str | None] = {None}
    there = {each.assessment_id for each in of_trace}
    while waiting:
        each = next(one for one in waiting if one.overrides in placed or one.overrides not in there)
        waiting.remove(each)
        placed.add(each.assessment_id)
        yield each


def read_assessment(found: TraceAssessment) -> Assessment:
    """An assessment that could have been kept here.

    Raises:
        ValueError: it could not.
    """
    given = found.feedback or found.expectation
    if given is None or None not in (found.feedback, found.expectation):
        raise ValueError("it is not one of feedback and expectation")
    if _ID.fullmatch(given.assessment_id or "") is None or given.create_time_ms not in _TIMES:
        raise ValueError("it has no id or time that an assessment has")
    checked_trace_id(given.trace_id or "")
    checked_span_id(given.span_id)
    checked_assessment_name(given.name)
    checked_value(given.value, given.name)
    if isinstance(given, Feedback):
        checked_rationale(given.rationale)
        if given.value is None and given.error is None:
            raise ValueError("it has neither a value nor an error")
    return given


def check_history(assessments: Iterable[Assessment]) -> None:
    """See that each is there once, and overrides one of its trace that stands before it and that no other overrides.

    Raises:
        InvalidArgumentError: that is not so.
    """
    seen: set[str] = set()
    for trace_id, of_trace in groupby(assessments, key=lambda each: each.trace_id):
        open_ones: dict[str | None, Assessment] = {}
        for each in of_trace:
            target = open_ones.pop(each.overrides, None)
            if each.overrides is not None and (target is None or target.valid):
                raise InvalidArgumentError(f"an assessment of the trace {trace_id} overrides what it cannot override")
            if str(each.assessment_id) in seen:
                raise InvalidArgumentError(f"the assessment {each.assessment_id} is there twice")
            seen.add(str(each.assessment_id))
            open_ones[each.assessment_id] = each


def keep_assessments(store: Store, assessments: Iterable[Assessment]) -> tuple[int, list[str]]:
    """Keep assessments with their history; what was withdrawn or overridden anywhere is so here too.

    Returns:
        How many the store did not have, and what is not as it was where they come from.
    """
    new, notes = 0, []
    for batch in _batches(assessments):
        keeping = _Keeping(store, batch)
        for each in batch:
            keeping.keep(each)
        keeping.flush()
        new += keeping.new
        notes += keeping.notes
    return new, notes


def _batches(assessments: Iterable[Assessment]) -> Iterator[list[Assessment]]:
    """All of some traces at a time."""
    batch: list[Assessment] = []
    for _, of_trace in groupby(assessments, key=lambda each: each.trace_id):
        batch += of_trace
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


class _Keeping:
    """Adds assessments of some traces in their order, in as few transactions as their corrections allow."""

    def __init__(self, store: Store, batch: Sequence[Assessment]) -> None:
        trace_ids = [str(each.trace_id) for each in batch]
        known = store.assessments.find(AssessmentQuery(trace_ids, include_overridden=True))
        self._store = store
        self._known = {each.assessment_id: each for each in known}
        self._overridden = {each.overrides for each in batch}
        self._waiting: dict[str | None, Assessment] = {}
        self.new = 0
        self.notes: list[str] = []

    def keep(self, given: Assessment) -> None:
        """Keep one, at the latest by the next flush."""
        known = self._known.get(given.assessment_id)
        if known is not None:
            self._merge(known, given)
            return
        if given.overrides in self._waiting:
            self.flush()
        target = self._known.get(given.overrides)
        if given.overrides is not None and (target is None or not target.valid):
            self.notes.append(_noted(given, "is left out, since what it overrides was overridden or withdrawn here"))
            return
        if target is not None:
            self._known[given.overrides] = replace(target, valid=False)
        # One that another overrides is valid until that one is kept, which says so in the audit log.
        self._waiting[given.assessment_id] = replace(
            given, valid=given.valid or given.assessment_id in self._overridden
        )

    def flush(self) -> None:
        """Add those that wait."""
        self._store.assessments.add(list(self._waiting.values()))
        self._known |= self._waiting
        self.new += len(self._waiting)
        self._waiting = {}

    def _merge(self, known: Assessment, given: Assessment) -> None:
        if replace(known, valid=True) != replace(given, valid=True):
            self.notes.append(_noted(given, "stays as it is here, and was another"))
        elif known.valid and not given.valid and given.assessment_id not in self._overridden:
            self._store.assessments.withdraw(str(given.assessment_id))


def _noted(given: Assessment, what: str) -> str:
    return f"trace {given.trace_id}: the assessment {given.assessment_id} of {given.name!r} {what}"
