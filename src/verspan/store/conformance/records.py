"""Spans and versions that the conformance tests store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from verspan import semconv
from verspan.errors import VerspanError
from verspan.traces.model import SpanRecord
from verspan.versions.identity import experiment_id_for, model_id_for
from verspan.versions.model import LoggedModel

_Error = TypeVar("_Error", bound=VerspanError)

START_NS = 1_790_000_000_000_000_000
"""When the examples begin: a moment of September 2026."""
SECOND_NS = 1_000_000_000


def trace_id(number: int) -> str:
    """The id of an example's trace."""
    return f"{number:032x}"


def span_id(number: int) -> str:
    """The id of an example's span."""
    return f"{number:016x}"


def span(number: int = 1, trace: int = 1, parent: int | None = None, **fields: Any) -> SpanRecord:
    """A span that starts as many seconds after the beginning as its number says, and takes one.

    Args:
        number: what its id is made of.
        trace: what its trace's id is made of.
        parent: the number of its parent; a root where it is None.
        fields: fields of the record that are to be otherwise.
    """
    start_ns = START_NS + number * SECOND_NS
    values: dict[str, Any] = {
        "trace_id": trace_id(trace),
        "span_id": span_id(number),
        "parent_span_id": None if parent is None else span_id(parent),
        "name": f"span {number}",
        "kind": "INTERNAL",
        "start_ns": start_ns,
        "end_ns": start_ns + SECOND_NS,
    }
    return SpanRecord(**values | fields)


def call(number: int = 1, trace: int = 1, parent: int | None = None, **attributes: Any) -> SpanRecord:
    """A call of a model, with these attributes besides; a dot in a name is written as two underscores."""
    named = {name.replace("__", "."): value for name, value in attributes.items()}
    usual = {
        semconv.GEN_AI_OPERATION_NAME: "chat",
        semconv.GEN_AI_PROVIDER_NAME: "acme",
        semconv.GEN_AI_USAGE_INPUT_TOKENS: 100,
        semconv.GEN_AI_USAGE_OUTPUT_TOKENS: 10,
    }
    return span(number, trace, parent, name="chat", kind="CLIENT", attributes=usual | named)


def message(role: str, text: str) -> dict[str, Any]:
    """A message of one text."""
    return {"role": role, "parts": [{"type": "text", "content": text}]}


def stamp(name: str, experiment: str = "support") -> dict[str, Any]:
    """The attributes that say which version a span belongs to."""
    return {semconv.LOGGED_MODEL_ID: model_id_for(experiment, name), semconv.LOGGED_MODEL_NAME: name}


def model(name: str, experiment: str = "support", **fields: Any) -> LoggedModel:
    """A version's record."""
    values: dict[str, Any] = {
        "model_id": model_id_for(experiment, name),
        "name": name,
        "experiment_id": experiment_id_for(experiment),
        "experiment_name": experiment,
        "creation_timestamp": 1_000,
        "last_updated_timestamp": 1_000,
    }
    return LoggedModel(**values | fields)


def refused(kind: type[_Error], action: Callable[[], object]) -> _Error:
    """The error with which an action is refused."""
    try:
        action()
    except kind as error:
        return error
    raise AssertionError(f"nothing was refused with {kind.__name__}")
