"""What is observed of versions' traffic, out of the columns of traces and spans: no body is read for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, select

from verspan import semconv
from verspan.sources.model import ObservedCall, ObservedTrace, Window
from verspan.store.database import Database
from verspan.store.encoding import from_json
from verspan.store.promoted import CALL, PICODOLLARS, USAGE
from verspan.store.tables import logged_models, resources, series, spans, trace_labels, traces
from verspan.store.traffic import environment_of
from verspan.traces.model import TraceStatus

_TRACES, _SPANS, _SERIES, _LABELS = traces.c, spans.c, series.c, trace_labels.c
_, _RUN_KIND, _RUN_NAME = semconv.VERSPAN_EVALUATION_RUN.split(".", 2)
_PAGE = 10_000  # traces that are read at a time


class SqlObservations:
    """The :class:`~verspan.sources.model.TraceObservations` of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def observed(self, model_id: str, window: Window) -> Iterator[ObservedTrace]:
        """The traces of a version whose root is kept, oldest first; those of evaluations are no traffic."""
        after = (-1, -1)
        while True:
            with self._database.reading() as connection:
                page = _page(connection, model_id, window, after)
                found = list(_observed(connection, page))
            yield from found
            if len(page) < _PAGE:
                return
            after = page[-1].start_ns, page[-1].trace_key


def _page(connection: Connection, model_id: str, window: Window, after: tuple[int, int]) -> Sequence[Any]:
    columns = (_TRACES.trace_key, _TRACES.trace_id, _TRACES.start_ns, _TRACES.end_ns, _TRACES.status)
    statement = (
        select(*columns, _TRACES.session_id, _TRACES.user_id, _SERIES.name)
        .join_from(traces, logged_models, _TRACES.model_key == logged_models.c.model_key)
        .join(series, _TRACES.series_key == _SERIES.series_key)
        .where(
            logged_models.c.model_id == model_id,
            _TRACES.status != TraceStatus.IN_PROGRESS.value,
            (_TRACES.start_ns > after[0]) | and_(_TRACES.start_ns == after[0], _TRACES.trace_key > after[1]),
            *_within(connection, window),
        )
        .order_by(_TRACES.start_ns, _TRACES.trace_key)
        .limit(_PAGE)
    )
    return connection.execute(statement).all()


def _within(connection: Connection, window: Window) -> Iterator[ColumnElement[bool]]:
    evaluated = select(_LABELS.trace_key).where(
        _LABELS.trace_key == _TRACES.trace_key, _LABELS.kind == _RUN_KIND, _LABELS.name == _RUN_NAME
    )
    yield ~evaluated.exists()
    if window.since_ns is not None:
        yield _TRACES.start_ns >= window.since_ns
    if window.until_ns is not None:
        yield _TRACES.start_ns < window.until_ns
    if window.environment is not None:
        roots = select(_SPANS.trace_key).where(
            _SPANS.trace_key == _TRACES.trace_key,
            _SPANS.parent_span_id.is_(None),
            _SPANS.resource_key.in_(_resources_in(connection, window.environment)),
        )
        yield roots.exists()


def _resources_in(connection: Connection, environment: str) -> list[int]:
    rows = connection.execute(select(resources.c.resource_key, resources.c.attributes))
    return [row.resource_key for row in rows if environment_of(from_json(row.attributes)) == environment]


def _observed(connection: Connection, page: Sequence[Any]) -> Iterator[ObservedTrace]:
    calls = _calls_of(connection, page) if page else {}
    for row in page:
        yield ObservedTrace(
            trace_id=row.trace_id.hex(),
            name=row.name,
            start_ns=row.start_ns,
            duration_ms=(row.end_ns - row.start_ns) / 1e6,
            failed=row.status == TraceStatus.ERROR.value,
            session_id=row.session_id,
            user_id=row.user_id,
            calls=calls.get(row.trace_key, ()),
        )


def _calls_of(connection: Connection, page: Sequence[Any]) -> dict[int, Sequence[ObservedCall]]:
    """The calls of the traces of a page, by trace."""
    # Keys of one version's traces lie close together, so that a range reads little that is not asked for.
    keys = [row.trace_key for row in page]
    rows = connection.execute(
        select(
            _SPANS.trace_key,
            _SPANS.counted,
            _SERIES.provider,
            func.coalesce(_SERIES.response_model, _SERIES.request_model),
            _SPANS.start_ns,
            _SPANS.input_tokens,
            _SPANS.output_tokens,
            _SPANS.cached_tokens,
            _SPANS.cost_pico,
        )
        .join_from(spans, series, _SPANS.series_key == _SERIES.series_key)
        .where(_SPANS.trace_key.between(min(keys), max(keys)), _SPANS.counted.op("&")(USAGE | CALL) != 0)
        .order_by(_SPANS.trace_key, _SPANS.start_ns)
    )
    wanted = set(keys)
    return {
        key: [_call(*row[1:]) for row in of_trace] for key, of_trace in groupby(rows, itemgetter(0)) if key in wanted
    }


def _call(counted: int, provider: str | None, model: str | None, start_ns: int, *counts: int | None) -> ObservedCall:
    if not counted & USAGE:  # what is below it reports its tokens
        return ObservedCall(provider, model, start_ns, 0, 0, 0, None)
    tokens_in, tokens_out, cached, cost_pico = counts
    cost = None if cost_pico is None else cost_pico / PICODOLLARS
    return ObservedCall(provider, model, start_ns, tokens_in or 0, tokens_out or 0, cached or 0, cost)
