"""The lines of a trace's tree, whatever is missing from the trace."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from verspan.cli.tree import tree_lines
from verspan.traces.model import SpanRecord, StoredSpan

MakeSpan = Callable[..., SpanRecord]


def drawn(spans: Sequence[SpanRecord]) -> list[str]:
    """The lines as they would be printed."""
    lines = tree_lines([StoredSpan(span) for span in spans])
    return [line.guide + (line.stored.span.name if line.stored else f"? {line.span_id}") for line in lines]


def test_siblings(make_span: MakeSpan) -> None:
    """Children stand below their parent in the order in which they started."""
    spans = [
        make_span(1, "root"),
        make_span(2, "late", parent=1, start_ms=5),
        make_span(3, "early", parent=1, start_ms=1),
        make_span(4, "inner", parent=3, start_ms=2),
    ]
    assert drawn(spans) == ["root", "├─ early", "│  └─ inner", "└─ late"]


def test_missing_parent(make_span: MakeSpan) -> None:
    """Spans whose parent was not kept stand together below a line for it."""
    spans = [make_span(1, "root"), make_span(2, "one", parent=255), make_span(3, "two", parent=255, start_ms=1)]
    assert drawn(spans) == ["root", "? 00000000000000ff", "├─ one", "└─ two"]


def test_several_roots(make_span: MakeSpan) -> None:
    """Each root begins a tree of its own."""
    assert drawn([make_span(1, "a"), make_span(2, "b", start_ms=1), make_span(3, "of b", parent=2)]) == [
        "a",
        "b",
        "└─ of b",
    ]


def test_circle(make_span: MakeSpan) -> None:
    """Spans that are each other's parents are shown once each, and so is one that is its own parent."""
    spans = [make_span(1, "a", parent=2), make_span(2, "b", parent=1), make_span(3, "self", parent=3)]
    assert drawn(spans) == ["a", "└─ b", "self"]


def test_no_spans() -> None:
    """A trace without spans has no lines."""
    assert tree_lines([]) == []


def test_deeper_than_the_call_stack(make_span: MakeSpan) -> None:
    """A chain of 5,000 spans is drawn, its guides cut from the left."""
    spans = [make_span(depth + 1, f"s{depth}", parent=depth or None, start_ms=depth) for depth in range(5_000)]
    lines = drawn(spans)
    assert len(lines) == 5_000
    assert lines[-1] == "…" + " " * 32 + "└─ s4999"
