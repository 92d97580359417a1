"""Traces read back from the store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime

from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.runtime import current_settings, flush
from verspan.store.interface import Store
from verspan.traces.model import Trace, TraceQuery, TraceStatus, TraceSummary

_SECONDS_TO_FLUSH = 10.0


def get_trace(trace_id: str) -> Trace:
    """A whole trace, with what has ended in this process until now.

    Args:
        trace_id: 32 hexadecimal digits.

    Raises:
        NotFoundError: the store has no such trace.
        StoreError: the store cannot be read.
    """
    with _store() as store:
        trace = store.get_trace(trace_id)
        if trace is None:
            raise NotFoundError(f"{store.location} has no trace {trace_id!r}; `verspan traces` lists those it has")
        return trace


def search_traces(  # noqa: PLR0913 - each argument is one thing to search by, by keyword alone
    *,
    model_id: str | Sequence[str] | None = None,
    experiment_name: str | None = None,
    status: TraceStatus | str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    text: str | None = None,
    session_id: str | None = None,
    user_id: str | None = None,
    max_results: int = 100,
) -> list[TraceSummary]:
    """Traces that match everything that is given, newest first, with what has ended in this process until now.

    Args:
        model_id: the version, or several of which any.
        experiment_name: the experiment.
        status: ``OK``, ``ERROR`` or ``IN_PROGRESS``.
        since: traces that started then or later; a time without zone is local.
        until: traces that started before.
        text: words that all occur in messages, inputs, outputs or span names, without regard to case.
        session_id: the session that :func:`verspan.update_current_trace` gave.
        user_id: the user that :func:`verspan.update_current_trace` gave.
        max_results: how many at the most.

    Raises:
        InvalidArgumentError: the status is none of the three.
        StoreError: the store cannot be read.
    """
    query = TraceQuery(
        model_ids=(model_id,) if isinstance(model_id, str) else tuple(model_id or ()),
        experiment_name=experiment_name,
        status=None if status is None else _status(status),
        since_ns=None if since is None else _nanoseconds(since),
        until_ns=None if until is None else _nanoseconds(until),
        text=text,
        session_id=session_id,
        user_id=user_id,
        limit=max_results,
    )
    with _store() as store:
        return list(store.find_traces(query).traces)


@contextmanager
def _store() -> Iterator[Store]:
    from verspan.store.opening import open_store

    flush(_SECONDS_TO_FLUSH)
    with closing(open_store(current_settings().store_url)) as store:
        yield store


def _status(status: TraceStatus | str) -> TraceStatus:
    try:
        return TraceStatus(status)
    except ValueError as error:
        known = ", ".join(known.value for known in TraceStatus)
        raise InvalidArgumentError(f"status={status!r} is none of {known}") from error


def _nanoseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000) * 1_000
