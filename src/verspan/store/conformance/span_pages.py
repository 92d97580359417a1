"""The spans of a version's traces, page by page: each once, in one order, whatever the size of a page."""
# ruff: noqa: S101 - these are tests, kept where packages with stores of their own can import them

from __future__ import annotations

from itertools import pairwise

import pytest

from verspan import semconv
from verspan.store.conformance.records import START_NS, span
from verspan.store.interface import Store
from verspan.traces.model import SpanRecord
from verspan.versions.identity import model_id_for

_MODEL = model_id_for("shop", "agent-v1")
_OTHER = model_id_for("shop", "agent-v2")
_SIZES = (1, 2, 9, 4, 1, 1, 5, 3, 12, 1)


class SpanPageConformance:
    """Of a store's pages of spans."""

    @pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 7, 8, 9, 13, 38, 39, 40, 1000])
    def test_pages(self, store: Store, limit: int) -> None:
        """All pages together have every span once, whole, by trace; each but the last is full."""
        spans = _recorded(store)
        found = _pages(store, limit)
        assert [each for page in found for each in page] == spans
        assert all(len(page) == limit for page, _ in pairwise(found))
        assert store.span_pages.count(_MODEL) == len(spans)

    def test_kept_between_two_pages(self, store: Store) -> None:
        """What comes later in the order is on a later page, although it was kept after the first was read."""
        spans = _recorded(store)
        page = store.span_pages.page(_MODEL, limit=10)
        late = _span(50, 1)
        store.write_spans([late])
        rest = store.span_pages.page(_MODEL, page.next_place, 1000)
        assert [*page.spans, *rest.spans] == [*spans, late]

    def test_nothing(self, store: Store) -> None:
        """A version without traces, or one that is not there, has one page with nothing."""
        page = store.span_pages.page(_MODEL)
        assert (list(page.spans), page.next_place, store.span_pages.count(_MODEL)) == ([], None, 0)


def _span(trace: int, number: int, model_id: str = _MODEL) -> SpanRecord:
    """A span of a trace that begins at the same moment as two others, which their ids tell apart."""
    attributes = {semconv.LOGGED_MODEL_ID: model_id, semconv.VERSPAN_INPUTS: f'"{trace} {number}"'}
    parent = None if number == 1 else 1
    return span(number, trace, parent, start_ns=START_NS + trace // 3, attributes=attributes)


def _recorded(store: Store) -> list[SpanRecord]:
    """Traces of several sizes among those of another version; returns their spans in the order of pages."""
    spans = [_span(trace, number) for trace, size in enumerate(_SIZES, 1) for number in range(1, size + 1)]
    store.write_spans([*reversed(spans), *(_span(trace, 1, _OTHER) for trace in range(100, 110))])
    return spans


def _pages(store: Store, limit: int) -> list[list[SpanRecord]]:
    """Every page that has spans."""
    found: list[list[SpanRecord]] = []
    page = store.span_pages.page(_MODEL, limit=limit)
    while page.spans:
        found.append(list(page.spans))
        page = store.span_pages.page(_MODEL, page.next_place, limit)
    return found
