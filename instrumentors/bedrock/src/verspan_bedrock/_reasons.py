"""Why models stopped, in the conventions' words."""

from __future__ import annotations

from verspan.instrumentation.anthropic_json import replies

_REASONS = {
    "complete": "stop",
    "content_filtered": "content_filter",
    "endoftext": "stop",
    "finish": "stop",
    "guardrail_intervened": "content_filter",
    "max_tokens": "length",
}


def finish_reason(reason: str) -> str:
    """The conventions' word for why a model stopped; others stay as they are.

    Args:
        reason: what Converse or a model says, in whatever case.
    """
    told = reason.lower()
    return _REASONS.get(told, replies.finish_reason(told))
