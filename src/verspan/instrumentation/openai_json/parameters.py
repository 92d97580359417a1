"""Parameters that several endpoints of the API have."""

from __future__ import annotations

from typing import Any

from verspan.instrumentation.calls import Request
from verspan.instrumentation.fields import field, text
from verspan.semconv import OPENAI_REQUEST_SERVICE_TIER

_OUTPUT_TYPES = {"text": "text", "json_object": "json", "json_schema": "json"}


def read_service_tier(request: Request, value: Any) -> None:
    """``service_tier``, which says nothing where the provider chooses."""
    tier = text(value)
    if tier and tier != "auto":
        request.extra[OPENAI_REQUEST_SERVICE_TIER] = tier


def output_type(response_format: Any) -> str | None:
    """The conventions' output type of a format for text."""
    return _OUTPUT_TYPES.get(text(field(response_format, "type")) or "")
