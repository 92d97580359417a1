"""Datasets from stored traces: what was asked, what was answered, and what people say should have been."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from verspan import semconv
from verspan.assessments.model import Assessment, AssessmentSourceType, Expectation
from verspan.assessments.records import AssessmentQuery
from verspan.datasets.api import create_dataset
from verspan.datasets.canonical import canonical
from verspan.datasets.model import Dataset, RowOrigin, RowSource
from verspan.deployments.moments import milliseconds_of
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.runtime import flush
from verspan.store.interface import Store
from verspan.traces.model import Trace, TraceQuery, TraceStatus, TraceSummary
from verspan.versions.registry import opened_store
from verspan.versions.resolving import resolve_model

_logger = logging.getLogger(__name__)
_SECONDS_TO_FLUSH = 10.0
_PAGE = 500
_NS_PER_MS = 1_000_000
_RUN = semconv.VERSPAN_EVALUATION_RUN.rpartition(".")[2]


def from_traces(  # noqa: PLR0913 - each argument is one thing to choose traces by, by keyword alone
    name: str,
    traces: Sequence[str | Trace | TraceSummary] | None = None,
    *,
    model: str | None = None,
    status: TraceStatus | str | None = None,
    since: datetime | str | None = None,
    text: str | None = None,
    sample: int | None = None,
    seed: int = 0,
    tags: Mapping[str, Any] | None = None,
) -> Dataset:
    """Keep a dataset of stored traces: the root's inputs and outputs, and people's expectations of the trace.

    Of several traces with the same inputs the newest is taken, and before it one that somebody has expectations of.
    Traces of evaluations are left out, and so are those whose inputs are not recorded.

    Args:
        name: the dataset's name.
        traces: these, or their ids; all that match the rest where it is None.
        model: of this version: its name or id.
        status: ``OK``, ``ERROR`` or ``IN_PROGRESS``.
        since: traces that started then or later; a time without zone is local.
        text: words that all occur in the trace.
        sample: this many of them, by chance.
        seed: of the chance; the same seed takes the same traces.
        tags: more about the dataset, kept as texts.

    Returns:
        The version as it is kept; the source of each row has its ``trace_id``.

    Raises:
        InvalidArgumentError: an argument is not usable, or no trace is left.
        NotFoundError: a trace or the version is not there.
        StoreError: the store cannot be read or written.
    """
    flush(_SECONDS_TO_FLUSH)
    with opened_store() as store:
        if traces is None:
            ids = _matching(store, _query(store, model, status, since, text))
        else:
            ids = [each if isinstance(each, str) else _id_of(each) for each in traces]
        rows = list(_rows(store, _sampled(ids, sample, seed)))
    return create_dataset(name, _once(rows), tags)


def _query(
    store: Store, model: str | None, status: TraceStatus | str | None, since: datetime | str | None, text: str | None
) -> TraceQuery:
    known = ", ".join(each.value for each in TraceStatus)
    if status is not None and status not in known.split(", "):
        raise InvalidArgumentError(f"status={status!r} is none of {known}")
    return TraceQuery(
        model_ids=() if model is None else (resolve_model(store, model, beginnings=False).model_id,),
        status=None if status is None else TraceStatus(status),
        since_ns=None if since is None else milliseconds_of(since) * _NS_PER_MS,
        text=text,
        limit=_PAGE,
    )


def _matching(store: Store, query: TraceQuery) -> list[str]:
    ids: list[str] = []
    while True:
        page = store.find_traces(query)
        ids += [each.trace_id for each in page.traces if _RUN not in each.metadata]
        if page.next_page_token is None:
            return ids
        query = replace(query, page_token=page.next_page_token)


def _id_of(trace: Trace | TraceSummary) -> str:
    return trace.trace_id


def _sampled(ids: Sequence[str], sample: int | None, seed: int) -> Sequence[str]:
    if sample is None or sample >= len(ids):
        return ids
    if sample < 1:
        raise InvalidArgumentError(f"sample={sample}: take one trace at least")
    # Sorted, so that it is the same choice in whatever order the traces were found.
    return random.Random(seed).sample(sorted(ids), sample)  # noqa: S311 - a sample, not a secret


def _rows(store: Store, ids: Sequence[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows with the start of their traces."""
    expected = _expectations(store, ids)
    left_out = 0
    for trace_id in ids:
        trace = store.get_trace(trace_id)
        if trace is None:
            raise NotFoundError(f"{store.location} has no trace {trace_id!r}; `verspan traces` lists those it has")
        asked, outputs = _said(trace)
        left_out += not asked
        if asked:
            source = RowSource(RowOrigin.TRACE, {"trace_id": trace_id})
            expectations = expected.get(trace_id, {})
            row = {"inputs": asked, "expectations": expectations, "outputs": outputs, "source": source}
            yield trace.summary.start_ns, row
    if left_out:
        _logger.warning("%d of %d traces have no recorded inputs and are left out of the dataset.", left_out, len(ids))


def _expectations(store: Store, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What people expect of whole traces, by trace and name; what was said last counts."""
    if not ids:
        return {}
    query = AssessmentQuery(trace_ids=ids, source_type=AssessmentSourceType.HUMAN.value)
    found: dict[str, dict[str, Any]] = {}
    for each in store.assessments.find(query):
        if _of_whole_trace(each):
            found.setdefault(str(each.trace_id), {})[each.name] = each.value
    return found


def _of_whole_trace(assessment: Assessment) -> bool:
    return isinstance(assessment, Expectation) and assessment.span_id is None


def _said(trace: Trace) -> tuple[dict[str, Any], Any]:
    """The arguments of the root and what it returned; of a bare call of a model, its messages."""
    roots = [stored.span for stored in trace.spans if stored.span.parent_span_id is None]
    attributes = roots[0].attributes if roots else {}
    if semconv.VERSPAN_INPUTS in attributes:
        asked = _value(attributes[semconv.VERSPAN_INPUTS])
        named = asked if isinstance(asked, dict) else {"inputs": asked}
        return named, _value(attributes.get(semconv.VERSPAN_OUTPUTS))
    messages = attributes.get(semconv.GEN_AI_INPUT_MESSAGES)
    if messages is None:
        return {}, None
    return {"messages": _value(messages)}, _value(attributes.get(semconv.GEN_AI_OUTPUT_MESSAGES))


def _value(recorded: Any) -> Any:
    """What a span's attribute holds: JSON, or a text where it is none."""
    if not isinstance(recorded, (str, bytes)):
        return recorded
    try:
        return orjson.loads(recorded)
    except orjson.JSONDecodeError:
        return recorded


def _once(rows: Sequence[tuple[int, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Of rows with the same inputs one: with expectations before without, then the newest."""
    chosen: dict[bytes, tuple[tuple[bool, int], dict[str, Any]]] = {}
    for start_ns, row in rows:
        inputs, rank = canonical(row["inputs"], "a trace's inputs"), (bool(row["expectations"]), start_ns)
        if inputs not in chosen or chosen[inputs][0] < rank:
            chosen[inputs] = (rank, row)
    return [row for _rank, row in chosen.values()]
