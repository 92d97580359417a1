"""What a span's attributes say that people filter and sum by, as typed values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from verspan import semconv
from verspan.pricing import TokenUsage, price
from verspan.traces.model import CALL_OPERATIONS, Attributes, Cost, SpanRecord

PICODOLLARS = 1_000_000_000_000
"""Picodollars in a dollar; see :mod:`verspan.store.tables` for why."""
_INT64_MAX = 2**63 - 1


@dataclass(frozen=True)
class Promoted:
    """The promoted columns of one span."""

    model_id: str | None
    model_name: str | None
    operation: str | None
    provider: str | None
    request_model: str | None
    response_model: str | None
    input_tokens: int | None
    output_tokens: int | None
    cached_tokens: int | None
    reasoning_tokens: int | None
    cost: Cost | None
    error_type: str | None
    session_id: str | None
    user_id: str | None

    @property
    def is_call(self) -> bool:
        """Whether the span is a call of a model."""
        return self.operation in CALL_OPERATIONS

    @property
    def unpriced(self) -> bool:
        """Whether it is a call that used tokens and has no known price."""
        return self.is_call and self.cost is None and bool(self.input_tokens or self.output_tokens)

    @property
    def cost_pico(self) -> int | None:
        """The cost in picodollars."""
        return None if self.cost is None else round(self.cost.usd * PICODOLLARS)


def promote(span: SpanRecord) -> Promoted:
    """Read the promoted columns from a span's attributes; an attribute of another type than the conventions' is left."""
    attributes = span.attributes
    return Promoted(
        model_id=_text(attributes, semconv.LOGGED_MODEL_ID),
        model_name=_text(attributes, semconv.LOGGED_MODEL_NAME),
        operation=_text(attributes, semconv.GEN_AI_OPERATION_NAME),
        provider=_text(attributes, semconv.GEN_AI_PROVIDER_NAME),
        request_model=_text(attributes, semconv.GEN_AI_REQUEST_MODEL),
        response_model=_text(attributes, semconv.GEN_AI_RESPONSE_MODEL),
        input_tokens=_count(attributes, semconv.GEN_AI_USAGE_INPUT_TOKENS),
        output_tokens=_count(attributes, semconv.GEN_AI_USAGE_OUTPUT_TOKENS),
        cached_tokens=_count(attributes, semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS),
        reasoning_tokens=_count(attributes, semconv.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS),
        cost=_cost(span),
        error_type=_text(attributes, semconv.ERROR_TYPE),
        session_id=_text(attributes, semconv.SESSION_ID) or _text(attributes, semconv.GEN_AI_CONVERSATION_ID),
        user_id=_text(attributes, semconv.USER_ID),
    )


def writable(text: str) -> str:
    """The text as a column can hold it: a lone surrogate becomes a question mark."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _text(attributes: Attributes, name: str) -> str | None:
    value = attributes.get(name)
    return writable(value) if isinstance(value, str) else None


def _count(attributes: Attributes, name: str) -> int | None:
    value = attributes.get(name)
    return value if type(value) is int and 0 <= value <= _INT64_MAX else None


def _cost(span: SpanRecord) -> Cost | None:
    attributes = span.attributes
    if attributes.get(semconv.GEN_AI_OPERATION_NAME) not in CALL_OPERATIONS:
        return None
    usage = _usage(attributes)
    provider = _text(attributes, semconv.GEN_AI_PROVIDER_NAME)
    if usage is None or provider is None:
        return None
    tier = _text(attributes, semconv.OPENAI_RESPONSE_SERVICE_TIER)
    for name in (semconv.GEN_AI_RESPONSE_MODEL, semconv.GEN_AI_REQUEST_MODEL):
        model = _text(attributes, name)
        cost = price(provider, model, usage, span.start_ns, service_tier=tier) if model else None
        if cost is not None:
            return cost
    return None


def _usage(attributes: Attributes) -> TokenUsage | None:
    """The call's tokens; None where it says nothing of them."""
    counts: list[Any] = [
        _count(attributes, name)
        for name in (
            semconv.GEN_AI_USAGE_INPUT_TOKENS,
            semconv.GEN_AI_USAGE_OUTPUT_TOKENS,
            semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
            semconv.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
            semconv.GEN_AI_USAGE_AUDIO_INPUT_TOKENS,
            semconv.GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS,
        )
    ]
    if counts[:2] == [None, None]:
        return None
    return TokenUsage(*(count or 0 for count in counts))
