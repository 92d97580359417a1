"""Spans made by hand, captured in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from opentelemetry import trace

from verspan.settings import ContentMode
from verspan.testing import CapturedSpan, CapturedTelemetry, capture_spans


@contextmanager
def captured_by_hand(content: ContentMode) -> Iterator[CapturedTelemetry]:
    """Captured spans of the process's own tracer, which is what spans by hand are made with."""
    before = trace._TRACER_PROVIDER
    with capture_spans(content=content) as captured:
        trace._TRACER_PROVIDER = captured.provider
        try:
            yield captured
        finally:
            trace._TRACER_PROVIDER = before


@pytest.fixture
def captured(monkeypatch: pytest.MonkeyPatch) -> Iterator[CapturedTelemetry]:
    """Captured spans, with content as though a local store kept it; an error of our own fails the test."""
    monkeypatch.setenv("VERSPAN_RAISE_INTERNAL_ERRORS", "1")
    with captured_by_hand(ContentMode.LOCAL) as captured:
        yield captured


@pytest.fixture
def content_off(monkeypatch: pytest.MonkeyPatch) -> Iterator[CapturedTelemetry]:
    """Captured spans, with no content."""
    monkeypatch.setenv("VERSPAN_RAISE_INTERNAL_ERRORS", "1")
    with captured_by_hand(ContentMode.NO_CONTENT) as captured:
        yield captured


@pytest.fixture
def content_on_spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[CapturedTelemetry]:
    """Captured spans, with content on them."""
    monkeypatch.setenv("VERSPAN_RAISE_INTERNAL_ERRORS", "1")
    with captured_by_hand(ContentMode.SPAN_ONLY) as captured:
        yield captured


def the_span(captured: CapturedTelemetry) -> CapturedSpan:
    """The only span that there is."""
    assert captured.unfinished() == 0
    (span,) = captured.spans()
    return span


class Unspeakable:
    """An object that cannot be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("there are no words for it")
