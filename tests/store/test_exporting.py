"""The spans of a version's traces, page by page."""

from __future__ import annotations

from itertools import pairwise

import pytest

from verspan import semconv
from verspan.store.interface import Store
from verspan.traces.model import SpanRecord
from verspan.versions.identity import model_id_for

START_NS = 1_763_885_521_123_456_789
MODEL = model_id_for("shop", "agent-v1")


def span(trace: int, number: int, *, start_ns: int = START_NS, model_id: str = MODEL) -> SpanRecord:
    """A span of a version, the first of its trace being the root."""
    return SpanRecord(
        trace_id=f"{trace:032x}",
        span_id=f"{number:016x}",
        parent_span_id=None if number == 1 else f"{1:016x}",
        name="step",
        kind="INTERNAL",
        start_ns=start_ns + trace // 3,  # traces that begin at the same moment are told apart by their ids
        end_ns=start_ns + 10,
        attributes={semconv.LOGGED_MODEL_ID: model_id, semconv.VERSPAN_INPUTS: f'"{trace} {number}"'},
    )


@pytest.fixture
def spans(store: Store) -> list[SpanRecord]:
    """Traces of one, two, nine and four spans and so on, in the order of pages, among traces of another version."""
    other = model_id_for("shop", "agent-v2")
    sizes = [1, 2, 9, 4, 1, 1, 5, 3, 12, 1]
    ours = [span(trace, number) for trace, size in enumerate(sizes, 1) for number in range(1, size + 1)]
    store.write_spans([*ours[::-1], *(span(trace, 1, model_id=other) for trace in range(100, 110))])
    return ours


def pages(store: Store, limit: int) -> list[list[SpanRecord]]:
    """Every page, up to the one that has none."""
    found = [store.span_pages.page(MODEL, limit=limit)]
    while found[-1].spans:
        found.append(store.span_pages.page(MODEL, found[-1].next_place, limit))
    assert found[-1].next_place is None
    return [list(page.spans) for page in found[:-1]]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 7, 8, 9, 13, 38, 39, 40, 1000])
def test_pages(store: Store, spans: list[SpanRecord], limit: int) -> None:
    """Whatever the size of a page, all pages together have every span once, whole, in the same order."""
    found = pages(store, limit)
    assert [each for page in found for each in page] == spans
    assert all(len(page) <= limit for page in found)
    assert all(len(page) == limit for page, _ in pairwise(found))
    assert store.span_pages.count(MODEL) == len(spans) == 39


def test_page_in_between(store: Store, spans: list[SpanRecord]) -> None:
    """What comes later in the order is on a later page, although it was kept after the first was read."""
    page = store.span_pages.page(MODEL, limit=10)
    store.write_spans([span(50, 1)])
    rest = store.span_pages.page(MODEL, page.next_place, 1000)
    assert [*page.spans, *rest.spans] == [*spans, span(50, 1)]


def test_nothing(store: Store) -> None:
    """A version without spans, and one that is not there, have one page with nothing."""
    page = store.span_pages.page(MODEL)
    assert (page.spans, page.next_place, store.span_pages.count(MODEL)) == ([], None, 0)
