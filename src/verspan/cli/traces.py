"""``verspan traces``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import click

from verspan.cli.listing import Column, id_column
from verspan.cli.opening import START_HERE, nothing_recorded, opened_store
from verspan.cli.options import (
    experiment_option,
    json_option,
    model_option,
    source_option,
    store_option,
    typed_time,
)
from verspan.cli.quantities import NOTHING, duration, local_time, tokens, usd
from verspan.cli.resolve import resolve_model
from verspan.cli.terminal import hint, print_json, print_table
from verspan.cli.trace_view import OUTCOME_STYLES, outcome
from verspan.store.interface import Store
from verspan.traces.model import TracePage, TraceQuery, TraceStatus, TraceSummary

_SHOWN = 50
_MOST = 1000
"""Traces of one page; more than that come page by page."""


@click.command()
@source_option
@store_option
@model_option
@experiment_option
@click.option(
    "--status", type=click.Choice([status.value.lower() for status in TraceStatus]), help="Only traces that went so."
)
@click.option("--since", "since_ns", metavar="TIME", callback=typed_time, help="Started then or later.")
@click.option("--until", "until_ns", metavar="TIME", callback=typed_time, help="Started before then.")
@click.option("--text", metavar="WORDS", help="All these words in its messages, inputs, outputs or span names.")
@click.option("--session", "session_id", metavar="ID", help="Only this session.")
@click.option("--user", "user_id", metavar="ID", help="Only this user.")
@click.option("--limit", type=click.IntRange(1, _MOST), default=_SHOWN, show_default=True, help="How many of a page.")
@click.option("--page-token", metavar="TOKEN", help="The page after another, as that one's end says.")
@click.option("--all", "every_page", is_flag=True, help="Every page.")
@json_option
def traces(  # noqa: PLR0913 - a parameter for each option
    *,
    source: str | None,
    store_place: str | None,
    models: Sequence[str],
    status: str | None,
    every_page: bool,
    as_json: bool,
    **filters: Any,
) -> None:
    """List traces, newest first; every filter that is given must match.

    TIME is ISO 8601 (2026-11-23, 2026-11-23T08:15:00Z; local where it names no zone) or how long ago: 90s, 30m, 2h,
    3d, 1w. Cost is in US dollars; ≥ means that the price of some calls is not known. A narrow window shows fewer
    columns and ids cut to their beginning, which every command takes; a pipe shows all.

    \b
    Examples:
      verspan traces --model customer_support_agent-1a2b3c4d
      verspan traces --status error --since 2h
      verspan traces --text "refund policy" --user u-17
      verspan traces --source jaeger://localhost:16686 --since 1h
      verspan traces --all --json | jq -r '.traces[].trace_id'

    \b
    JSON: {"traces": [{trace_id, name, status, start_ns, start_time (ISO),
      end_ns, end_time, duration_ms, span_count, error_count, model_id,
      model_name, experiment_name, session_id, user_id, input_tokens,
      output_tokens, cost_usd, unpriced_calls, tags, metadata,
      request_preview, response_preview}], "next_page_token": text or null}
    """  # noqa: D301 - \b tells click to keep the lines below it
    query, page = TraceQuery(), TracePage(())
    with _listed_store(source, store_place, models, filters) as store:
        if store:
            model_ids = [resolve_model(store, each, filters["experiment_name"]).model_id for each in models]
            query = TraceQuery(model_ids=model_ids, status=_status(status), **filters)
            page = _every_page(store, query) if every_page else store.find_traces(query)
    if as_json:
        print_json(page)
    elif page.traces:
        print_table(trace_columns(page.traces))
    if page.next_page_token:
        hint(f"there are more: add --page-token {page.next_page_token}, or --all")
    if not page.traces:
        hint(_nothing(query) if store else nothing_recorded(store_place))


@contextmanager
def _listed_store(
    source: str | None, store_place: str | None, models: Sequence[str], filters: Mapping[str, Any]
) -> Iterator[Store | None]:
    """The store that has the traces; None where nothing is recorded yet."""
    if source is None:
        with opened_store(store_place) as store:
            yield store
        return
    from verspan.sources.model import Window
    from verspan.sources.opening import fetched

    with fetched(source, models, Window(filters["since_ns"], filters["until_ns"])) as found:
        yield found.store


def trace_columns(listed: Sequence[TraceSummary]) -> list[Column]:
    """The columns of a list of traces."""
    return [
        id_column("trace", [each.trace_id for each in listed]),
        Column("started", [local_time(each.start_ns) for each in listed], rank=3),
        Column("status", [outcome(each) for each in listed], styles=[OUTCOME_STYLES[each.status] for each in listed]),
        Column("took", [duration(each.duration_ms) for each in listed], right=True),
        Column("spans", [str(each.span_count) for each in listed], rank=6, right=True),
        Column("tokens", [tokens(each.input_tokens, each.output_tokens) for each in listed], rank=5, right=True),
        Column("cost", [usd(each.cost_usd, unpriced_calls=each.unpriced_calls) for each in listed], rank=2, right=True),
        Column(
            "version",
            [each.model_name or each.model_id or NOTHING for each in listed],
            rank=1,
            least=16,
            keeps_end=True,
        ),
        Column("experiment", [each.experiment_name or NOTHING for each in listed], rank=9, least=10),
        Column("session", [each.session_id or NOTHING for each in listed], rank=8, least=10),
        Column("user", [each.user_id or NOTHING for each in listed], rank=8, least=10),
        Column("name", [each.name for each in listed], rank=4, least=12),
        Column("asked", [_preview(each) for each in listed], rank=7, least=16, style="dim"),
    ]


def _every_page(store: Store, query: TraceQuery) -> TracePage:
    found: list[TraceSummary] = []
    while True:
        page = store.find_traces(query)
        found += page.traces
        if page.next_page_token is None:
            return TracePage(found)
        query = replace(query, page_token=page.next_page_token)


def _status(name: str | None) -> TraceStatus | None:
    return TraceStatus(name.upper()) if name else None


def _preview(trace: TraceSummary) -> str:
    return " ".join(trace.request_preview.split()) if trace.request_preview else NOTHING


def _nothing(query: TraceQuery) -> str:
    if query == TraceQuery(limit=query.limit):
        return f"no trace yet: {START_HERE}"
    return "no trace matches: fewer filters find more, and `verspan models` lists the versions"
