"""A trace's spans as the lines of a tree, whatever is missing from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from verspan.traces.model import StoredSpan

_WIDEST_GUIDE = 36
"""Characters of indentation: twelve levels. Deeper ones keep the innermost guides behind an ellipsis."""


@dataclass(frozen=True)
class TreeLine:
    """One span in its place, or the place of a span that was not kept."""

    guide: str
    """The lines that lead to it, such as ``│  ├─``."""
    span_id: str
    stored: StoredSpan | None
    """None where only children name the span: it was not kept, or belongs to another service."""


def tree_lines(spans: Sequence[StoredSpan]) -> list[TreeLine]:
    """Every span once, below its parent, siblings by start time.

    Spans whose parent was not kept stand together below a line for it. Spans that are each other's ancestors, which a
    faulty instrumentation can make, begin a tree of their own.
    """
    by_id = {stored.span.span_id: stored for stored in spans}
    children: defaultdict[str | None, list[str]] = defaultdict(list)
    for stored in sorted(spans, key=lambda each: each.span.start_ns):
        children[stored.span.parent_span_id].append(stored.span.span_id)
    missing = [parent for parent in children if parent is not None and parent not in by_id]
    seen: set[str] = set()
    lines: list[TreeLine] = []
    for top in (*children[None], *missing, *by_id):
        lines += _from(top, children, by_id, seen)
    return lines


def _from(
    top: str, children: Mapping[str | None, Iterable[str]], by_id: Mapping[str, StoredSpan], seen: set[str]
) -> Iterator[TreeLine]:
    # A stack rather than recursion: a trace may be deeper than Python's call stack.
    waiting = [(top, "", "")]
    while waiting:
        span_id, guide, below = waiting.pop()
        if span_id in seen:
            continue
        seen.add(span_id)
        yield TreeLine(guide, span_id, by_id.get(span_id))
        beneath = [child for child in children.get(span_id, ()) if child not in seen]
        for position, child in enumerate(reversed(beneath)):
            last = position == 0
            waiting.append((child, _cut(below + ("└─ " if last else "├─ ")), _cut(below + ("   " if last else "│  "))))


def _cut(guide: str) -> str:
    return guide if len(guide) <= _WIDEST_GUIDE else "…" + guide[1 - _WIDEST_GUIDE :]
