"""The tokens of a call, which the API counts apart and the conventions together."""

from __future__ import annotations

from typing import Any

from verspan.instrumentation.calls import Reply, Usage
from verspan.instrumentation.fields import field, fields, integer, items, text
from verspan.semconv import (
    ANTHROPIC_RESPONSE_SERVICE_TIER,
    ANTHROPIC_USAGE_COMPACTION_INPUT_TOKENS,
    ANTHROPIC_USAGE_COMPACTION_OUTPUT_TOKENS,
)

_CACHE_READ = "cache_read_input_tokens"
_CACHE_WRITE = "cache_creation_input_tokens"


def read_usage(found: Any, reply: Reply) -> None:
    """Add to a reply what an answer, or one event of a stream, says of tokens: what it does not say stays as it was.

    Input is what the API calls so, what was read from the cache, and what was written to it. Output includes thinking.

    Args:
        found: the ``usage`` of the API.
        reply: the reply to fill.
    """
    own = fields(found)
    if not own:
        return
    before = reply.usage or Usage()
    read = _last(own.get(_CACHE_READ), before.cache_read_input_tokens)
    written = _last(own.get(_CACHE_WRITE), before.cache_write_input_tokens)
    fresh = _last(own.get("input_tokens"), _fresh(before))
    reply.usage = Usage(
        input_tokens=None if fresh is None else fresh + (read or 0) + (written or 0),
        output_tokens=_last(own.get("output_tokens"), before.output_tokens),
        cache_read_input_tokens=read,
        cache_write_input_tokens=written,
        reasoning_output_tokens=_last(
            field(own.get("output_tokens_details"), "thinking_tokens"), before.reasoning_output_tokens
        ),
    )
    if tier := text(own.get("service_tier")):
        reply.extra[ANTHROPIC_RESPONSE_SERVICE_TIER] = tier
    _read_compactions(own.get("iterations"), reply)


def _last(found: Any, before: int | None) -> int | None:
    count = integer(found)
    return before if count is None else count


def _fresh(usage: Usage) -> int | None:
    """The input that no cache had to do with."""
    if usage.input_tokens is None:
        return None
    return usage.input_tokens - (usage.cache_read_input_tokens or 0) - (usage.cache_write_input_tokens or 0)


def _read_compactions(iterations: Any, reply: Reply) -> None:
    """What the provider used to shorten the conversation, which it leaves out of all the other counts."""
    found = [fields(one) for one in items(iterations) if field(one, "type") == "compaction"]
    if found:
        asked = [integer(one.get(name)) or 0 for one in found for name in ("input_tokens", _CACHE_READ, _CACHE_WRITE)]
        reply.extra[ANTHROPIC_USAGE_COMPACTION_INPUT_TOKENS] = sum(asked)
        reply.extra[ANTHROPIC_USAGE_COMPACTION_OUTPUT_TOKENS] = sum(
            integer(one.get("output_tokens")) or 0 for one in found
        )
