"""Which spans count: of nested spans that report tokens the innermost, of nested calls of a model likewise.

A framework reports the tokens of an agent on top of its model calls', two instrumentors over one client give two spans
a call, and an SDK may have a span of its own inside. So a span's tokens and cost count only where no span below it
reports any, and it counts as a call only where none below it is one. Of calls with the same parent and the same
``gen_ai.response.id`` those of one instrumentation scope count, the one that is stored first: others are instrumentors
beside it. (A host that gives every answer the same id has calls of one scope, and all of them count.)

Spans come in any order, in batches of any size, from several processes. What a span reports climbs from parent to
parent as far as there are spans, and tells each that something is below it; where the next parent is not kept yet it
waits in the table ``reports``, and climbs on when that one comes. A span that has been told of a kind of report does
not pass it on again, so that all climbs of a trace together come to two steps a span. What was counted before it was
told is taken out of the sums, see `recounting`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple
from zlib import crc32

from sqlalchemy import Column, ColumnElement, Connection, and_, bindparam, or_, select
from sqlalchemy.dialects.sqlite import Insert, insert

from verspan import semconv
from verspan.store import tables
from verspan.store.batch_keys import Keys
from verspan.store.keys import chunks, filled_up
from verspan.store.prepared import PreparedSpan
from verspan.store.statements import Statement

BELOW: Final = 2
"""Bits by which, in the column ``counted``, what is reported below stands above what counts of the span itself."""
_ANY_ANSWER: Final = 0
_AN_ANSWER: Final = 1 << 32
_MOST: Final = 256  # pairs and triples in one statement; SQLite has a bound on how deep a condition is
_REPORTS = tables.reports.c
_SPANS = tables.spans.c

_Place = tuple[int, bytes]
"""Key of a trace, and the id of a span in it, whether that is kept or not."""
_Answer = tuple[int, bytes, int]
"""Likewise, and which answer calls below it are about; 0 for whatever is below it."""


class Claim(NamedTuple):
    """What is reported below a place, and of calls about one answer by which scope first."""

    report: int
    scope: int = 0


class Told(NamedTuple):
    """A span that was kept before and is told of something below it: its column ``counted``."""

    before: int
    now: int


class Counts(NamedTuple):
    """What counts of a batch, and no longer of what is kept."""

    new: Sequence[int]
    """The column ``counted`` of each new span, in order."""
    told: Mapping[int, Told]
    """By the key of the span."""


def count_once(
    connection: Connection, new: Sequence[PreparedSpan], keys: Keys, known_traces: Mapping[bytes, int]
) -> Counts:
    """Find out which spans of a batch count, and which of the kept ones no longer do.

    Args:
        connection: one that may write.
        new: spans that are not in the store yet.
        keys: of what they refer to.
        known_traces: keys of the traces that the store has spans of, by trace id.
    """
    starting = [number for number, one in enumerate(new) if one.promoted.reports and one.parent_span_id is not None]
    if not starting and not known_traces:
        return Counts([one.promoted.reports for one in new], {})
    climbs = _Climbs(connection, new, keys, frozenset(known_traces.values()))
    climbs.run(starting)
    return Counts(climbs.counted(), climbs.told)


def without_told(counted: int) -> int:
    """The column ``counted`` without what does not count, since it is reported below."""
    return counted & ~(counted >> BELOW)


class _Climbs:
    """The climbs of the reports of one batch."""

    def __init__(
        self, connection: Connection, new: Sequence[PreparedSpan], keys: Keys, known_traces: frozenset[int]
    ) -> None:
        self._connection = connection
        self._known_traces = known_traces
        self._new = new
        self._places: list[_Place] = [(keys.traces[one.trace_id], one.span_id) for one in new]
        self._numbers = {place: number for number, place in enumerate(self._places)}
        self._below = [0] * len(new)
        self._repeated = [0] * len(new)
        self._outside: dict[_Place, int] = {}
        self._rows: dict[_Answer, Claim] = {}
        self.told: dict[int, Told] = {}

    def run(self, starting: Sequence[int]) -> None:
        """Let the reports of some of the new spans climb, and those that waited for one of them."""
        kept = dict(self._kept_claims(starting))
        for number in starting:
            self._start(number, kept)
        for (trace_key, span_id, answer), claim in kept.items():
            if answer == _ANY_ANSWER:
                self._climb((trace_key, span_id), claim.report)
        while self._outside:
            self._leave()
        _KEEP_REPORTS.run_for_each(
            self._connection, ((*row, *claim) for row, claim in self._rows.items() if kept.get(row) != claim)
        )

    def counted(self) -> list[int]:
        """The column ``counted`` of each new span."""
        return [
            without_told(one.promoted.reports & ~repeated | below << BELOW)
            for one, repeated, below in zip(self._new, self._repeated, self._below, strict=True)
        ]

    def _start(self, number: int, kept: Mapping[_Answer, Claim]) -> None:
        one = self._new[number]
        report, place = one.promoted.reports, self._parent_of(number)
        if place is None:
            return
        answer = _answer_of(one)
        if answer is not None:
            row, scope = (*place, answer), _scope_of(one.span.scope_name)
            before = self._rows.get(row) or kept.get(row) or Claim(0, scope)
            self._repeated[number] = 0 if before.scope == scope else before.report & report
            self._rows[row] = Claim(before.report | report, before.scope)
        self._climb(place, report)

    def _climb(self, place: _Place | None, report: int) -> None:
        while place is not None:
            number = self._numbers.get(place)
            if number is None:
                self._outside[place] = self._outside.get(place, 0) | report
                return
            if self._below[number] & report == report:
                return
            self._below[number] |= report
            place = self._parent_of(number)

    def _parent_of(self, number: int) -> _Place | None:
        """Where a new span's parent is; a span that says it is its own has none."""
        parent = self._new[number].parent_span_id
        trace_key, span_id = self._places[number]
        return None if parent is None or parent == span_id else (trace_key, parent)

    def _leave(self) -> None:
        """Climb on from what has been reached outside the batch: by a kept span, or not yet."""
        outside, self._outside = self._outside, {}
        spans = self._kept_spans(outside)
        for place, report in outside.items():
            row = spans.get(place)
            if row is None:
                self._wait(place, report)
            else:
                self._tell(place, row, report)

    def _tell(self, place: _Place, row: Any, report: int) -> None:
        before, now = self.told.get(row.span_key, Told(row.counted, row.counted))
        if now >> BELOW & report == report:
            return
        self.told[row.span_key] = Told(before, without_told(now | report << BELOW))
        if row.parent_span_id is not None:
            self._climb((place[0], row.parent_span_id), report)

    def _wait(self, place: _Place, report: int) -> None:
        row = (*place, _ANY_ANSWER)
        self._rows[row] = Claim(self._rows.get(row, Claim(0)).report | report)

    def _kept_claims(self, starting: Iterable[int]) -> Iterator[tuple[_Answer, Claim]]:
        """What waits for one of the new spans, and what was told of the answers of their neighbours."""
        wanted: list[_Answer] = [(*place, _ANY_ANSWER) for place in self._places]
        for number in starting:
            place, answer = self._parent_of(number), _answer_of(self._new[number])
            if place is not None and answer is not None:
                wanted.append((*place, answer))
        for row in self._found(_claims_at, wanted):
            yield (row.trace_key, row.span_id, row.answer), Claim(row.report, row.scope)

    def _kept_spans(self, places: Iterable[_Place]) -> dict[_Place, Any]:
        return {(row.trace_key, row.span_id): row for row in self._found(_spans_at, places)}

    def _found(self, statement: Callable[[int], Statement], wanted: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        """The rows of some places in traces that the store knows."""
        for some in chunks((each for each in wanted if each[0] in self._known_traces), _MOST):
            values = filled_up(some)
            yield from statement(len(values)).rows(self._connection, *(part for each in values for part in each))


def _answer_of(one: PreparedSpan) -> int | None:
    """What the answer of a call is known by among its neighbours, where the provider gave it an id."""
    response_id = one.span.attributes.get(semconv.GEN_AI_RESPONSE_ID)
    if not isinstance(response_id, str) or not response_id:
        return None
    return _AN_ANSWER | crc32(response_id.encode("utf-8", "replace"))


@lru_cache(maxsize=256)
def _scope_of(name: str) -> int:
    return crc32(name.encode("utf-8", "replace"))


@cache
def _claims_at(number: int) -> Statement:
    columns = (_REPORTS.trace_key, _REPORTS.span_id, _REPORTS.answer)
    return Statement(select(tables.reports).where(_at(columns, number)))


@cache
def _spans_at(number: int) -> Statement:
    columns = (_SPANS.span_key, _SPANS.trace_key, _SPANS.span_id, _SPANS.parent_span_id, _SPANS.counted)
    return Statement(select(*columns).where(_at((_SPANS.trace_key, _SPANS.span_id), number)))


def _at(columns: Sequence[Column[Any]], number: int) -> ColumnElement[bool]:
    # SQLite looks into no index for a list of pairs.
    return or_(*(and_(*(column == bindparam(f"{column.name}_{each}") for column in columns)) for each in range(number)))


def _keep_reports() -> Insert:
    statement = insert(tables.reports)
    return statement.on_conflict_do_update(
        index_elements=[_REPORTS.trace_key, _REPORTS.span_id, _REPORTS.answer],
        set_={"report": _REPORTS.report.op("|")(statement.excluded.report)},
    )


_KEEP_REPORTS = Statement(_keep_reports())
