"""The tokens of a call, as the API's two generations count them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verspan.instrumentation.calls import Usage
from verspan.instrumentation.fields import field, fields, integer, items, text

_MODALITIES = ("text", "image", "audio")


def read_usage(metadata: Any) -> Usage:
    """The tokens of ``usageMetadata``.

    The prompt includes what was read from a cache and not what the provider's own tools gave the model to read; the
    candidates do not include thoughts.
    """
    own = fields(metadata)
    asked = [own.get("promptTokensDetails"), own.get("toolUsePromptTokensDetails")]
    return Usage(
        input_tokens=_sum(own, "promptTokenCount", "toolUsePromptTokenCount"),
        output_tokens=_sum(own, "candidatesTokenCount", "thoughtsTokenCount"),
        cache_read_input_tokens=integer(own.get("cachedContentTokenCount")),
        reasoning_output_tokens=integer(own.get("thoughtsTokenCount")),
        **_by_modality("input_tokens", asked, "tokenCount"),
        **_by_modality("output_tokens", [own.get("candidatesTokensDetails")], "tokenCount"),
        **_by_modality("cache_read_input_tokens", [own.get("cacheTokensDetails")], "tokenCount"),
    )


def read_interaction_usage(usage: Any) -> Usage:
    """The tokens of an interaction, whose output does not include thoughts either."""
    own = fields(usage)
    asked = [own.get("input_tokens_by_modality"), own.get("tool_use_tokens_by_modality")]
    return Usage(
        input_tokens=_sum(own, "total_input_tokens", "total_tool_use_tokens"),
        output_tokens=_sum(own, "total_output_tokens", "total_thought_tokens"),
        cache_read_input_tokens=integer(own.get("total_cached_tokens")),
        reasoning_output_tokens=integer(own.get("total_thought_tokens")),
        **_by_modality("input_tokens", asked, "tokens"),
        **_by_modality("output_tokens", [own.get("output_tokens_by_modality")], "tokens"),
        **_by_modality("cache_read_input_tokens", [own.get("cached_tokens_by_modality")], "tokens"),
    )


def _sum(own: Mapping[str, Any], *names: str) -> int | None:
    counts = [count for name in names if (count := integer(own.get(name))) is not None]
    return sum(counts) if counts else None


def _by_modality(field_name: str, details: list[Any], count_name: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in [detail for listed in details for detail in items(listed)]:
        modality, count = (text(field(one, "modality")) or "").lower(), integer(field(one, count_name))
        if modality in _MODALITIES and count is not None:
            name = f"{modality}_{field_name}"
            found[name] = found.get(name, 0) + count
    return found
