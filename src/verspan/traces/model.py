"""What a span and a trace are once they are kept: the frozen dataclasses that stores take and give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any, Literal

SpanKind = Literal["INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"]
StatusCode = Literal["UNSET", "OK", "ERROR"]
AttributeValue = Any  # OpenTelemetry's AnyValue: str, bool, int, float, bytes, None, and lists and mappings of these
Attributes = Mapping[str, AttributeValue]
NO_ATTRIBUTES: Attributes = MappingProxyType({})
CALL_OPERATIONS = frozenset({"chat", "generate_content", "text_completion", "embeddings"})
"""Values of ``gen_ai.operation.name`` that are calls of a model."""


def _no_attributes() -> Attributes:
    # A default that cannot be hashed has to come from a factory, and before Python 3.12 a mapping proxy cannot be.
    return NO_ATTRIBUTES


@dataclass(frozen=True)
class EventRecord:
    """Something that happened at one moment of a span."""

    name: str
    time_ns: int
    attributes: Attributes = field(default_factory=_no_attributes)


@dataclass(frozen=True)
class LinkRecord:
    """A link from a span to another."""

    trace_id: str
    span_id: str
    attributes: Attributes = field(default_factory=_no_attributes)


@dataclass(frozen=True)
class SpanRecord:
    """A span that has ended, whoever made it, content included where the content policy let it through."""

    trace_id: str
    """32 lowercase hexadecimal digits."""
    span_id: str
    """16 lowercase hexadecimal digits."""
    parent_span_id: str | None
    name: str
    kind: SpanKind
    start_ns: int
    """Nanoseconds since the epoch."""
    end_ns: int
    status_code: StatusCode = "UNSET"
    status_message: str | None = None
    attributes: Attributes = field(default_factory=_no_attributes)
    events: Sequence[EventRecord] = ()
    links: Sequence[LinkRecord] = ()
    resource: Attributes = field(default_factory=_no_attributes)
    scope_name: str = ""
    scope_version: str = ""


@dataclass(frozen=True)
class Cost:
    """What a span cost, with the price list that says so."""

    usd: float
    price_version: str


@dataclass(frozen=True)
class StoredSpan:
    """A span as the store gives it back: what was recorded, and what was computed when it was kept."""

    span: SpanRecord
    cost: Cost | None = None
    """None where the price of the model is not known, never zero for that reason; and where a span below tells of the
    same tokens, so that what the spans of a trace cost adds up to what it cost."""


class TraceStatus(str, Enum):
    """How a trace went; MLflow's names."""

    OK = "OK"
    ERROR = "ERROR"
    IN_PROGRESS = "IN_PROGRESS"
    """Spans have been kept and the root has not."""


@dataclass(frozen=True)
class TraceSummary:
    """One line of a list of traces."""

    trace_id: str
    name: str
    """The root span's name; until the root is kept, the earliest span's."""
    status: TraceStatus
    start_ns: int
    end_ns: int
    span_count: int
    error_count: int
    """Spans whose status is ERROR."""
    model_id: str | None
    model_name: str | None
    experiment_name: str | None
    session_id: str | None
    user_id: str | None
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    """Sum over what counts and has a known price; None where nothing has."""
    unpriced_calls: int
    """What counts, with tokens and no known price: what the cost leaves out."""
    tags: Mapping[str, str] = field(default_factory=_no_attributes)
    metadata: Mapping[str, str] = field(default_factory=_no_attributes)
    request_preview: str | None = None
    """The beginning of what was asked, where content is kept."""
    response_preview: str | None = None

    @property
    def duration_ms(self) -> float:
        """From the start of the earliest span to the end of the latest, in milliseconds."""
        return (self.end_ns - self.start_ns) / 1e6


@dataclass(frozen=True)
class Trace:
    """A whole trace: its summary and its spans, by start time."""

    summary: TraceSummary
    spans: Sequence[StoredSpan]

    @property
    def trace_id(self) -> str:
        """The trace's id, 32 hexadecimal digits."""
        return self.summary.trace_id


@dataclass(frozen=True)
class TraceQuery:
    """Which traces to list; every field that is set must match, and the newest come first."""

    model_ids: Sequence[str] = ()
    """Any of these versions; empty means any or none."""
    experiment_name: str | None = None
    status: TraceStatus | None = None
    since_ns: int | None = None
    """Traces that started at this time or later, in nanoseconds since the epoch."""
    until_ns: int | None = None
    """Traces that started before this time, in nanoseconds since the epoch."""
    text: str | None = None
    """Words that must all occur in the trace's messages, inputs, outputs or span names, without regard to case."""
    session_id: str | None = None
    user_id: str | None = None
    limit: int = 50
    page_token: str | None = None


@dataclass(frozen=True)
class TracePage:
    """One page of traces."""

    traces: Sequence[TraceSummary]
    next_page_token: str | None = None
    """Give it to the next query; None on the last page."""


@dataclass(frozen=True)
class RepeatedCalls:
    """Calls of a model that do not count, since another instrumentor told of each of them too."""

    scope_name: str
    """The instrumentation scope whose spans do not count."""
    calls: int


@dataclass(frozen=True)
class Figures:
    """What the model calls of one version came to, from figures kept as spans were stored."""

    model_id: str
    traces: int = 0
    calls: int = 0
    """Spans that are calls of a model, by :data:`CALL_OPERATIONS`; one that several spans tell of counts once."""
    errors: int = 0
    """Calls whose status is ERROR."""
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None
    unpriced_calls: int = 0
    p50_ms: float | None = None
    """Median duration of a call, in milliseconds, within 1 percent (of the value)."""
    p95_ms: float | None = None
    first_seen_ns: int | None = None
    last_seen_ns: int | None = None
