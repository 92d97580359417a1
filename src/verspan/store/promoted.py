"""What a span's attributes say that people filter and sum by, as typed values.

One is made of every span, so its class is not frozen, which takes five times as long to make, and has slots, which are
read in a third of the time that a named tuple's fields take.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from verspan import semconv
from verspan.pricing import cost_of_call
from verspan.traces.model import CALL_OPERATIONS, SpanRecord

PICODOLLARS = 1_000_000_000_000
"""Picodollars in a dollar; see :mod:`verspan.store.tables` for why."""
USAGE, CALL = 1, 2
"""What a span may tell: tokens that were used, and that it is a call of a model. See :mod:`verspan.store.counting`."""
_USED_BEFORE = frozenset({"fetch_response"})
"""Operations whose tokens another span has told of already, that of the call itself."""
_INT64_MAX = 2**63 - 1


class Series(NamedTuple):
    """What many spans have in common: a row of the table of that name."""

    name: str
    kind: str
    scope_name: str
    scope_version: str
    operation: str | None
    provider: str | None
    request_model: str | None
    response_model: str | None
    error_type: str | None
    price_version: str | None


@dataclass(slots=True)
class Promoted:
    """The promoted values of one span; nobody changes them."""

    series: Series
    model_id: str | None
    model_name: str | None
    session_id: str | None
    user_id: str | None
    input_tokens: int | None
    output_tokens: int | None
    cached_tokens: int | None
    reasoning_tokens: int | None
    cost_pico: int | None
    """The cost in picodollars."""
    reports: int
    """What it tells by itself, whatever others tell: :data:`USAGE` and :data:`CALL`."""

    @property
    def is_call(self) -> bool:
        """Whether the span is a call of a model."""
        return bool(self.reports & CALL)

    @property
    def unpriced(self) -> bool:
        """Whether it reports tokens and has no known price."""
        return bool(self.reports & USAGE) and self.cost_pico is None


def promote(span: SpanRecord) -> Promoted:
    """Read the promoted values of a span; an attribute of another type than the conventions' is left out."""
    get = span.attributes.get
    operation = get(semconv.GEN_AI_OPERATION_NAME)
    input_tokens, output_tokens = (
        _count(get(semconv.GEN_AI_USAGE_INPUT_TOKENS)),
        _count(get(semconv.GEN_AI_USAGE_OUTPUT_TOKENS)),
    )
    reports = 0
    if isinstance(operation, str):
        reports = CALL if operation in CALL_OPERATIONS else 0
        if (input_tokens or output_tokens) and operation not in _USED_BEFORE:
            reports |= USAGE
    cost_pico, price_version = _priced(span) if reports else (None, None)
    return Promoted(  # in the order of the fields: to name them takes half as long again
        _series(span, price_version),
        _text(get(semconv.LOGGED_MODEL_ID)),
        _text(get(semconv.LOGGED_MODEL_NAME)),
        _text(get(semconv.SESSION_ID)) or _text(get(semconv.GEN_AI_CONVERSATION_ID)),
        _text(get(semconv.USER_ID)),
        input_tokens,
        output_tokens,
        _count(get(semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS)),
        _count(get(semconv.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS)),
        cost_pico,
        reports,
    )


def writable(text: str) -> str:
    """The text as a column can hold it: a lone surrogate becomes a question mark."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


_SHARED = (
    semconv.GEN_AI_OPERATION_NAME,
    semconv.GEN_AI_PROVIDER_NAME,
    semconv.GEN_AI_REQUEST_MODEL,
    semconv.GEN_AI_RESPONSE_MODEL,
    semconv.ERROR_TYPE,
)


def _series(span: SpanRecord, price_version: str | None) -> Series:
    values = [value if isinstance(value, str) else None for value in map(span.attributes.get, _SHARED)]
    return _series_of(span.name, span.kind, span.scope_name, span.scope_version, price_version, *values)


@lru_cache(maxsize=4096)
def _series_of(
    name: str, kind: str, scope_name: str, scope_version: str, price_version: str | None, *values: str | None
) -> Series:
    operation, provider, request_model, response_model, error_type = map(_text, values)
    return Series(
        writable(name),
        kind,
        writable(scope_name),
        writable(scope_version),
        operation,
        provider,
        request_model,
        response_model,
        error_type,
        price_version,
    )


def _text(value: Any) -> str | None:
    return writable(value) if isinstance(value, str) else None


def _count(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value <= _INT64_MAX else None


def _priced(span: SpanRecord) -> tuple[int, str] | tuple[None, None]:
    """What a call cost in picodollars, and by which price list."""
    cost = cost_of_call(span.attributes, span.start_ns)
    return (None, None) if cost is None else (round(cost.usd * PICODOLLARS), cost.price_version)
