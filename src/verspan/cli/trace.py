"""``verspan trace``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from verspan.assessments.model import Assessment
from verspan.assessments.records import AssessmentQuery
from verspan.cli.feedback_view import assessment_columns
from verspan.cli.listing import fitting, table
from verspan.cli.opening import required_store
from verspan.cli.options import json_option, source_option, store_option
from verspan.cli.resolve import resolve_trace_id
from verspan.cli.terminal import hint, print_json, print_rich, stdout_console, window_width
from verspan.cli.trace_details import Detail, span_details
from verspan.cli.trace_view import trace_header, tree_columns
from verspan.cli.tree import tree_lines
from verspan.errors import NotFoundError
from verspan.semconv import CONTENT_ATTRIBUTES
from verspan.traces.model import SpanRecord, StoredSpan, Trace

if TYPE_CHECKING:
    from rich.text import Text

_SPANS = 500
"""Spans of a trace that are shown unless all are asked for."""


@click.command()
@click.argument("trace_id", metavar="ID")
@source_option
@store_option
@click.option("--content/--no-content", default=True, show_default=True, help="Messages, inputs and outputs.")
@click.option("--all", "whole", is_flag=True, help="Every span, and every message whole.")
@json_option
def trace(  # noqa: PLR0913 - a parameter for each option
    *, trace_id: str, source: str | None, store_place: str | None, content: bool, whole: bool, as_json: bool
) -> None:
    """Show one trace as a tree of spans: how long each took and when, what it used, what it cost, what failed.

    ID is a trace's id or its first digits; the whole id where --source says where it is. Below the tree stands what was
    found of the trace, and what was said in each span, the last messages of long histories and the beginnings of long
    messages; --all shows everything.
    A line "(not recorded here)" is a parent that another service or another store has.

    \b
    Examples:
      verspan trace 5b8aa5a2
      verspan trace 5b8aa5a2 --no-content
      verspan trace 5b8aa5a2 --all | less
      verspan trace 5b8aa5a2d2c872e8321cf37308d69df2 --source jaeger://localhost:16686
      verspan trace 5b8aa5a2 --json | jq '.spans[] | {name, duration_ms}'

    \b
    JSON: the trace as `verspan traces --json` has it, and "spans": [{trace_id,
      span_id, parent_span_id, name, kind, start_ns, start_time (ISO), end_ns,
      end_time, duration_ms, status_code, status_message, attributes, events,
      links, resource, scope_name, scope_version, cost: {usd, price_version}
      or null}]. Nothing is cut; --no-content leaves out what was said.
    """  # noqa: D301 - \b tells click to keep the lines below it
    found, assessments = _of_store(store_place, trace_id) if source is None else (_of_source(source, trace_id), [])
    if found is None:  # another process may have deleted it in between
        raise NotFoundError(f"the trace {trace_id} has just been deleted")
    if as_json:
        print_json(found if content else _without_content(found))
    else:
        _show(found, assessments, Detail(content=content, whole=whole))


def _of_store(place: str | None, trace_id: str) -> tuple[Trace | None, Sequence[Assessment]]:
    with required_store(place) as store:
        whole_id = resolve_trace_id(store, trace_id)
        return store.get_trace(whole_id), store.assessments.find(AssessmentQuery(trace_ids=[whole_id]))


def _of_source(source: str, trace_id: str) -> Trace | None:
    from verspan.sources.opening import fetched_trace

    with fetched_trace(source, trace_id) as found:
        return found.store.get_trace(trace_id)


def _show(found: Trace, assessments: Sequence[Assessment], detail: Detail) -> None:
    console = stdout_console()
    lines = tree_lines(found.spans)
    shown = lines if detail.whole else lines[:_SPANS]
    width = window_width(console)
    tree = table(tree_columns(shown, found, width), width)
    judged: list[Text | str] = (
        ["", table(fitting(assessment_columns(assessments), width), width)] if assessments else []
    )
    spans = [line.stored for line in shown if line.stored]
    print_rich(console, trace_header(found), "", tree, *judged, *span_details(spans, detail))
    if len(shown) < len(lines):
        _say_what_is_hidden([line.stored for line in lines[_SPANS:] if line.stored])


def _say_what_is_hidden(spans: Sequence[StoredSpan]) -> None:
    failed = sum(stored.span.status_code == "ERROR" for stored in spans)
    hint(f"\n{len(spans):,} more spans are not shown, {failed:,} of them failed: add --all")


def _without_content(found: Trace) -> Trace:
    summary = replace(found.summary, request_preview=None, response_preview=None)
    return Trace(summary, [replace(stored, span=_silent(stored.span)) for stored in found.spans])


def _silent(span: SpanRecord) -> SpanRecord:
    kept = {name: value for name, value in span.attributes.items() if name not in CONTENT_ATTRIBUTES}
    return replace(span, attributes=kept)
