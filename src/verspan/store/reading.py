"""Traces out of the store's tables: one whole, or a page of summaries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, String, and_, literal_column, or_, select, union_all

from verspan.errors import InvalidArgumentError
from verspan.store import search, tables
from verspan.store.bodies import read_bodies
from verspan.store.dictionaries import Dictionaries
from verspan.store.keys import chunks
from verspan.store.promoted import PICODOLLARS
from verspan.store.span_reading import selected_spans, whole_spans
from verspan.store.texts import preview_of
from verspan.traces.model import Trace, TracePage, TraceQuery, TraceStatus, TraceSummary

_PREVIEW_LENGTH = 200
_ID_DIGITS = 32
_FEW_OWNERS = 16
_TRACES = tables.traces.c
_SPANS = tables.spans.c
_MODELS = tables.logged_models.c
_EXPERIMENTS = tables.experiments.c
_LABELS = tables.trace_labels.c
_NEWEST_FIRST = (_TRACES.start_ns.desc(), _TRACES.trace_key.desc())


def get_trace(connection: Connection, dictionaries: Dictionaries, trace_id: bytes) -> Trace | None:
    """The trace with this id, or None."""
    row = connection.execute(_selected().where(_TRACES.trace_id == trace_id)).one_or_none()
    if row is None:
        return None
    (summary,) = _summaries(connection, dictionaries, [row])
    of_trace = selected_spans().where(_SPANS.trace_key == row.trace_key).order_by(_SPANS.start_ns, _SPANS.span_id)
    return Trace(summary, whole_spans(connection, dictionaries, connection.execute(of_trace).all()))


def find_traces(connection: Connection, dictionaries: Dictionaries, query: TraceQuery) -> TracePage:
    """Traces, newest first, a page at a time."""
    newest = connection.execute(_newest(connection, query)).all()
    page = newest[: query.limit]
    token = f"{page[-1].start_ns}-{page[-1].trace_key}" if len(newest) > query.limit else None
    rows = connection.execute(_selected().where(_TRACES.trace_key.in_([row.trace_key for row in page])))
    by_key = {row.trace_key: row for row in rows}
    return TracePage(_summaries(connection, dictionaries, [by_key[row.trace_key] for row in page]), token)


def match_trace_ids(connection: Connection, prefix: str, limit: int) -> Sequence[str]:
    """Ids that begin with some hexadecimal digits."""
    digits = prefix.lower()
    if len(digits) > _ID_DIGITS or not set(digits) <= set("0123456789abcdef"):
        return []
    lowest, highest = (bytes.fromhex(digits.ljust(_ID_DIGITS, filler)) for filler in "0f")
    within = select(_TRACES.trace_id).where(_TRACES.trace_id.between(lowest, highest)).order_by(_TRACES.trace_id)
    return [trace_id.hex() for trace_id in connection.scalars(within.limit(limit))]


def _selected() -> Select[Any]:
    joined = (
        tables.traces.join(tables.series, _TRACES.series_key == tables.series.c.series_key)
        .outerjoin(tables.logged_models, _TRACES.model_key == _MODELS.model_key)
        .outerjoin(tables.experiments, _MODELS.experiment_key == _EXPERIMENTS.experiment_key)
    )
    return select(
        *tables.traces.c,
        tables.series.c.name,
        _MODELS.model_id,
        _MODELS.name.label("model_name"),
        _EXPERIMENTS.name.label("experiment_name"),
    ).select_from(joined)


def _newest(connection: Connection, query: TraceQuery) -> Select[Any]:
    """The keys of the newest traces that match, one more than a page has."""
    matching = select(_TRACES.trace_key, _TRACES.start_ns).where(*_conditions(query))
    newest = matching.order_by(*_NEWEST_FIRST).limit(query.limit + 1)
    if not query.model_ids and query.experiment_name is None:
        return newest
    owners = _owners(connection, query)
    if not 0 < len(owners) <= _FEW_OWNERS:
        return newest.where(_TRACES.model_key.in_(owners))
    # SQLite goes through an index in its order for one version, and would sort all traces of several.
    each = union_all(*(newest.where(_TRACES.model_key == owner).subquery().select() for owner in owners)).subquery()
    return each.select().order_by(each.c.start_ns.desc(), each.c.trace_key.desc()).limit(query.limit + 1)


def _owners(connection: Connection, query: TraceQuery) -> Sequence[int]:
    """The keys of the versions whose traces are asked for."""
    statement = select(_MODELS.model_key)
    if query.model_ids:
        statement = statement.where(_MODELS.model_id.in_(query.model_ids))
    if query.experiment_name is not None:
        experiments = select(_EXPERIMENTS.experiment_key).where(_EXPERIMENTS.name == query.experiment_name)
        statement = statement.where(_MODELS.experiment_key.in_(experiments))
    return connection.scalars(statement).all()


def _conditions(query: TraceQuery) -> Iterator[ColumnElement[bool]]:
    if query.status is not None:
        yield from _has_status(query.status)
    for column, value in ((_TRACES.session_id, query.session_id), (_TRACES.user_id, query.user_id)):
        if value is not None:
            yield column == value
    if query.since_ns is not None:
        yield _TRACES.start_ns >= query.since_ns
    if query.until_ns is not None:
        yield _TRACES.start_ns < query.until_ns
    if query.text is not None:
        yield search.holds_words(query.text)
    if query.page_token is not None:
        yield _after(query.page_token)


def _has_status(status: TraceStatus) -> Iterator[ColumnElement[bool]]:
    yield _TRACES.status == status.value
    if status is not TraceStatus.OK:
        # The index's own condition in so many words, or SQLite does not see that the index will do.
        yield _TRACES.status != literal_column("'OK'", String)


def _after(page_token: str) -> ColumnElement[bool]:
    start, _, key = page_token.partition("-")
    if not (start.isdecimal() and key.isdecimal()):
        raise InvalidArgumentError(f"page_token={page_token!r} is not one that a page of traces gave")
    same_start = and_(_TRACES.start_ns == int(start), _TRACES.trace_key < int(key))
    return or_(_TRACES.start_ns < int(start), same_start)


def _summaries(connection: Connection, dictionaries: Dictionaries, rows: Sequence[Row[Any]]) -> list[TraceSummary]:
    shown = (key for row in rows for key in (row.request_key, row.response_key) if key is not None)
    bodies = read_bodies(connection, dictionaries, shown)
    labels = _labels(connection, [row.trace_key for row in rows])
    return [_summary(row, bodies, labels) for row in rows]


def _summary(
    row: Row[Any], bodies: Mapping[int, bytes], labels: Mapping[tuple[int, str], Mapping[str, str]]
) -> TraceSummary:
    request, response = (
        None if key is None else preview_of(bodies[key], _PREVIEW_LENGTH) for key in (row.request_key, row.response_key)
    )
    return TraceSummary(
        trace_id=row.trace_id.hex(),
        name=row.name,
        status=TraceStatus(row.status),
        start_ns=row.start_ns,
        end_ns=row.end_ns,
        span_count=row.span_count,
        error_count=row.error_count,
        model_id=row.model_id,
        model_name=row.model_name,
        experiment_name=row.experiment_name,
        session_id=row.session_id,
        user_id=row.user_id,
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        cost_usd=None if row.cost_pico is None else row.cost_pico / PICODOLLARS,
        unpriced_calls=row.unpriced_calls,
        tags=labels.get((row.trace_key, "tag"), {}),
        metadata=labels.get((row.trace_key, "metadata"), {}),
        request_preview=request,
        response_preview=response,
    )


def _labels(connection: Connection, trace_keys: Iterable[int]) -> dict[tuple[int, str], dict[str, str]]:
    found: dict[tuple[int, str], dict[str, str]] = {}
    for some in chunks(trace_keys):
        rows = connection.execute(select(tables.trace_labels).where(_LABELS.trace_key.in_(some)))
        for row in rows:
            found.setdefault((row.trace_key, row.kind), {})[row.name] = row.value
    return found
