"""The tokens of a call, under the names that the API's endpoints have for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verspan.instrumentation.calls import Usage
from verspan.instrumentation.fields import field, fields, integer, number


def read_usage(usage: Any) -> Usage:
    """Tokens as the API counts them: cached ones are part of the input, reasoning ones of the output.

    Chats and embeddings count ``prompt_tokens`` and ``completion_tokens``, every newer endpoint ``input_tokens`` and
    ``output_tokens``.
    """
    own = fields(usage)
    if "prompt_tokens" in own or "completion_tokens" in own:
        return _read_older(own)
    asked = fields(own.get("input_tokens_details") or own.get("input_token_details"))
    answered = fields(own.get("output_tokens_details") or own.get("output_token_details"))
    cached = fields(asked.get("cached_tokens_details"))
    return Usage(
        input_tokens=integer(own.get("input_tokens")),
        output_tokens=integer(own.get("output_tokens")),
        cache_read_input_tokens=integer(asked.get("cached_tokens")),
        cache_write_input_tokens=integer(asked.get("cache_write_tokens")),
        reasoning_output_tokens=integer(answered.get("reasoning_tokens")),
        audio_input_tokens=integer(asked.get("audio_tokens")),
        audio_output_tokens=integer(answered.get("audio_tokens")),
        audio_cache_read_input_tokens=integer(cached.get("audio_tokens")),
        text_input_tokens=integer(asked.get("text_tokens")),
        text_output_tokens=integer(answered.get("text_tokens")),
        text_cache_read_input_tokens=integer(cached.get("text_tokens")),
        image_input_tokens=integer(asked.get("image_tokens")),
        image_output_tokens=integer(answered.get("image_tokens")),
        image_cache_read_input_tokens=integer(cached.get("image_tokens")),
    )


def reported_usd(usage: Any) -> float | None:
    """What a call cost in US dollars, where the provider says so, as OpenRouter and Perplexity do."""
    cost = field(usage, "cost")
    return number(field(cost, "total_cost") if isinstance(cost, dict) else cost)


def _read_older(own: Mapping[str, Any]) -> Usage:
    prompt = fields(own.get("prompt_tokens_details"))
    completion = fields(own.get("completion_tokens_details"))
    return Usage(
        integer(own.get("prompt_tokens")),
        integer(own.get("completion_tokens")),
        integer(prompt.get("cached_tokens")),
        integer(prompt.get("cache_write_tokens")),
        integer(completion.get("reasoning_tokens")),
        # the API counts no sound in every call without any
        audio_input_tokens=integer(prompt.get("audio_tokens")) or None,
        audio_output_tokens=integer(completion.get("audio_tokens")) or None,
    )
