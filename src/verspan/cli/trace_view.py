"""How a trace looks: what it came to, and its spans as a tree along the time they took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from verspan.cli.listing import Column, fitting
from verspan.cli.quantities import NOTHING, duration, local_time, tokens, usd
from verspan.cli.terminal import one_line
from verspan.cli.tree import TreeLine
from verspan.semconv import (
    ERROR_TYPE,
    GEN_AI_USAGE_INPUT_TOKENS,
    GEN_AI_USAGE_OUTPUT_TOKENS,
    LOGGED_MODEL_ID,
    LOGGED_MODEL_NAME,
)
from verspan.traces.model import StoredSpan, Trace, TraceStatus, TraceSummary

if TYPE_CHECKING:
    from rich.table import Table

_BAR_WIDTHS = (40, 24, 12, 8)
"""Characters of the time line, the widest that costs no other column."""
OUTCOME_STYLES = {TraceStatus.OK: "green", TraceStatus.ERROR: "red", TraceStatus.IN_PROGRESS: "yellow"}
_MODEL_CALL = "magenta"


def outcome(trace: TraceSummary) -> str:
    """How a trace went, in lower case."""
    return trace.status.value.lower().replace("_", " ")


def trace_header(trace: Trace) -> Table:
    """What a trace is and came to, a line each."""
    from rich.table import Table
    from rich.text import Text

    header = Table.grid(padding=(0, 2))
    for name, value in _facts(trace):
        style = OUTCOME_STYLES[trace.summary.status] if name == "status" else ""
        header.add_row(Text(one_line(name), "dim"), Text(one_line(value), style, overflow="fold"))
    return header


def tree_columns(lines: Sequence[TreeLine], trace: Trace, width: int | None) -> list[Column]:
    """The columns of a trace's tree that a window has room for, the time line as wide as it can be beside them.

    Args:
        lines: the spans to show, in their places.
        trace: the trace they belong to.
        width: the window's, in characters; None where none limits it.
    """
    bar_widths = _BAR_WIDTHS if width else _BAR_WIDTHS[:1]
    layouts = [fitting(_columns(lines, trace, bar_width), width) for bar_width in bar_widths]
    return max(layouts, key=len)


def version_of(stored: StoredSpan) -> str:
    """The version that a span belongs to, by name where it has one."""
    attributes = stored.span.attributes
    return str(attributes.get(LOGGED_MODEL_NAME) or attributes.get(LOGGED_MODEL_ID) or NOTHING)


def span_duration(stored: StoredSpan) -> str:
    """How long a span took."""
    return duration((stored.span.end_ns - stored.span.start_ns) / 1e6)


def _columns(lines: Sequence[TreeLine], trace: Trace, bar_width: int) -> list[Column]:
    stored = [line.stored for line in lines]
    versions = [version_of(each) if each else "" for each in stored]
    errors = [_error(each) for each in stored]
    columns = [
        Column("span", [_label(line) for line in lines], styles=[_style(each) for each in stored], least=48),
        Column("error", errors, style="red", least=10),
        Column("took", [_took(each) for each in stored], right=True),
        Column(
            "time",
            [_bar(each, trace.summary, bar_width) for each in stored],
            rank=4,
            styles=[_style(s) for s in stored],
        ),
        Column("tokens", [_tokens(each) for each in stored], rank=2, right=True),
        Column("cost", [usd(each.cost.usd) if each and each.cost else "" for each in stored], rank=1, right=True),
        Column("version", versions, rank=3, least=12, keeps_end=True),
        Column("span id", [line.span_id for line in lines], rank=5, style="cyan"),
    ]
    unneeded = {"error": not any(errors), "version": len(set(filter(None, versions))) < 2}  # noqa: PLR2004 - one is in the header
    return [column for column in columns if not unneeded.get(column.header)]


def _facts(trace: Trace) -> list[tuple[str, str]]:
    summary = trace.summary
    cost = usd(summary.cost_usd, unpriced_calls=summary.unpriced_calls)
    facts = [
        ("trace", summary.trace_id),
        ("name", summary.name),
        ("status", outcome(summary)),
        ("started", local_time(summary.start_ns)),
        ("took", duration(summary.duration_ms)),
        (
            "spans",
            f"{summary.span_count}, {summary.error_count} failed" if summary.error_count else str(summary.span_count),
        ),
        ("tokens", f"{summary.input_tokens:,} in, {summary.output_tokens:,} out"),
        ("cost", cost),
        ("version", _versions(trace)),
        ("experiment", summary.experiment_name),
        ("session", summary.session_id),
        ("user", summary.user_id),
        *((f"tag {name}", value) for name, value in sorted(summary.tags.items())),
    ]
    return [(name, value) for name, value in facts if value]


def _versions(trace: Trace) -> str:
    spans_of = Counter(version_of(stored) for stored in trace.spans)
    if len(spans_of) == 1:
        model_id = f" ({trace.summary.model_id})" if trace.summary.model_id and trace.summary.model_name else ""
        return f"{next(iter(spans_of))}{model_id}"
    return ", ".join(f"{version} ({spans} of {spans_of.total()} spans)" for version, spans in spans_of.most_common())


def _label(line: TreeLine) -> str:
    return line.guide + (line.stored.span.name if line.stored else "(not recorded here)")


def _style(stored: StoredSpan | None) -> str:
    if stored is None:
        return "dim"
    if stored.span.status_code == "ERROR":
        return "red"
    return _MODEL_CALL if GEN_AI_USAGE_INPUT_TOKENS in stored.span.attributes else ""


def _error(stored: StoredSpan | None) -> str:
    if stored is None or stored.span.status_code != "ERROR":
        return ""
    return str(stored.span.attributes.get(ERROR_TYPE, "error"))


def _took(stored: StoredSpan | None) -> str:
    return span_duration(stored) if stored else ""


def _tokens(stored: StoredSpan | None) -> str:
    if stored is None:
        return ""
    used = [stored.span.attributes.get(name, 0) for name in (GEN_AI_USAGE_INPUT_TOKENS, GEN_AI_USAGE_OUTPUT_TOKENS)]
    return tokens(*used) if any(used) else ""


def _bar(stored: StoredSpan | None, trace: TraceSummary, width: int) -> str:
    if stored is None:
        return ""
    whole = max(1, trace.end_ns - trace.start_ns)
    start = min(width - 1, (stored.span.start_ns - trace.start_ns) * width // whole)
    length = max(1, round((stored.span.end_ns - stored.span.start_ns) * width / whole))
    return " " * start + "━" * min(length, width - start)
