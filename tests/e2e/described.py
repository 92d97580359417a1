"""Whole traces as plain trees to be compared with, without what differs from run to run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from verspan import semconv
from verspan.traces.model import SpanRecord

_DIFFERS = {
    semconv.LOGGED_MODEL_ID: "<id>",
    semconv.LOGGED_MODEL_NAME: "<name>",
    semconv.SERVER_PORT: "<port>",
    semconv.GEN_AI_RESPONSE_ID: "<id>",
    semconv.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK: "<seconds>",
    semconv.VERSPAN_COST_PRICE_VERSION: "<version>",
    semconv.EXCEPTION_STACKTRACE: "<stack trace>",
}

Tree = dict[str, Any]


def trees(spans: Sequence[SpanRecord]) -> list[Tree]:
    """The spans that have no parent among these, each with those below it, by start time."""
    known = {span.span_id for span in spans}
    return [_tree(span, spans) for span in spans if span.parent_span_id not in known]


def outline(spans: Sequence[SpanRecord]) -> list[Any]:
    """The names alone: a span without children by its name, else a pair of its name and a list."""
    return [_outline(tree) for tree in trees(spans)]


def _tree(span: SpanRecord, spans: Sequence[SpanRecord]) -> Tree:
    tree: Tree = {"name": span.name, "kind": span.kind, "attributes": _steady(span.attributes)}
    if span.status_code != "UNSET":
        tree["status"] = (span.status_code, span.status_message)
    if span.events:
        tree["events"] = [(event.name, _steady(event.attributes)) for event in span.events]
    if below := [_tree(each, spans) for each in spans if each.parent_span_id == span.span_id]:
        tree["children"] = below
    return tree


def _steady(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _DIFFERS.get(name, value) for name, value in sorted(attributes.items())}


def _outline(tree: Tree) -> Any:
    children = [_outline(child) for child in tree.get("children", ())]
    return (tree["name"], children) if children else tree["name"]
