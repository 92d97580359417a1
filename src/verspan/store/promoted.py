"""What a span's attributes say that people filter and sum by, as typed values.

These are tuples rather than dataclasses because one is made of every span, and making a frozen dataclass of that many
fields takes five times as long.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from verspan import semconv
from verspan.pricing import TokenUsage, price
from verspan.traces.model import CALL_OPERATIONS, Attributes, SpanRecord

PICODOLLARS = 1_000_000_000_000
"""Picodollars in a dollar; see :mod:`verspan.store.tables` for why."""
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


class Promoted(NamedTuple):
    """The promoted values of one span."""

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
    is_call: bool
    """Whether the span is a call of a model."""

    @property
    def unpriced(self) -> bool:
        """Whether it is a call that used tokens and has no known price."""
        return self.is_call and self.cost_pico is None and bool(self.input_tokens or self.output_tokens)


def promote(span: SpanRecord) -> Promoted:
    """Read the promoted values of a span; an attribute of another type than the conventions' is left out."""
    values = span.attributes
    operation = _text(values, semconv.GEN_AI_OPERATION_NAME)
    provider = _text(values, semconv.GEN_AI_PROVIDER_NAME)
    models = _text(values, semconv.GEN_AI_REQUEST_MODEL), _text(values, semconv.GEN_AI_RESPONSE_MODEL)
    usage = _usage(values)
    is_call = operation in CALL_OPERATIONS
    cost_pico, price_version = _priced(span, provider, models, usage) if is_call else (None, None)
    return Promoted(
        series=Series(
            writable(span.name),
            span.kind,
            writable(span.scope_name),
            writable(span.scope_version),
            operation,
            provider,
            *models,
            _text(values, semconv.ERROR_TYPE),
            price_version,
        ),
        model_id=_text(values, semconv.LOGGED_MODEL_ID),
        model_name=_text(values, semconv.LOGGED_MODEL_NAME),
        session_id=_text(values, semconv.SESSION_ID) or _text(values, semconv.GEN_AI_CONVERSATION_ID),
        user_id=_text(values, semconv.USER_ID),
        input_tokens=usage.get(semconv.GEN_AI_USAGE_INPUT_TOKENS),
        output_tokens=usage.get(semconv.GEN_AI_USAGE_OUTPUT_TOKENS),
        cached_tokens=usage.get(semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS),
        reasoning_tokens=usage.get(semconv.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS),
        cost_pico=cost_pico,
        is_call=is_call,
    )


def writable(text: str) -> str:
    """The text as a column can hold it: a lone surrogate becomes a question mark."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _text(attributes: Attributes, name: str) -> str | None:
    value = attributes.get(name)
    return writable(value) if isinstance(value, str) else None


_COUNTS = {
    semconv.GEN_AI_USAGE_INPUT_TOKENS: "input_tokens",
    semconv.GEN_AI_USAGE_OUTPUT_TOKENS: "output_tokens",
    semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS: "cache_read_input_tokens",
    semconv.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS: "cache_write_input_tokens",
    semconv.GEN_AI_USAGE_AUDIO_INPUT_TOKENS: "audio_input_tokens",
    semconv.GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS: "audio_output_tokens",
}


def _usage(attributes: Attributes) -> Mapping[str, int]:
    """The counts of tokens that the attributes give, by name."""
    names = attributes.keys() & _USAGE
    counts = {name: attributes[name] for name in names}
    return {name: count for name, count in counts.items() if type(count) is int and 0 <= count <= _INT64_MAX}


_USAGE = {*_COUNTS, semconv.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS}


def _priced(
    span: SpanRecord, provider: str | None, models: tuple[str | None, str | None], usage: Mapping[str, int]
) -> tuple[int, str] | tuple[None, None]:
    """What a call cost in picodollars, and by which price list; the model that answered counts before the one asked."""
    if provider is None or usage.keys().isdisjoint(_WHOLES):
        return None, None
    tokens = TokenUsage(**{_COUNTS[name]: count for name, count in usage.items() if name in _COUNTS})
    tier = _text(span.attributes, semconv.OPENAI_RESPONSE_SERVICE_TIER)
    for model in reversed(models):
        cost = price(provider, model, tokens, span.start_ns, service_tier=tier) if model else None
        if cost is not None:
            return round(cost.usd * PICODOLLARS), cost.price_version
    return None, None


_WHOLES = (semconv.GEN_AI_USAGE_INPUT_TOKENS, semconv.GEN_AI_USAGE_OUTPUT_TOKENS)
