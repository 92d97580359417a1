"""SQLite does what every store must do."""

from __future__ import annotations

from verspan.store.conformance import FigureConformance, ModelConformance, SpanConformance, TraceConformance


class TestSpans(SpanConformance):
    """Spans come back as they were given."""


class TestTraces(TraceConformance):
    """Traces are summed up and found."""


class TestModels(ModelConformance):
    """Versions are recorded and found."""


class TestFigures(FigureConformance):
    """Figures are right."""
