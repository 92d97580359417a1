"""Which provider and model a call asks, as LiteLLM itself finds out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from verspan.instrumentation.fields import text

_NAMES = {
    "aiohttp_openai": "openai",
    "azure": "azure.ai.openai",
    "azure_ai": "azure.ai.inference",
    "azure_text": "azure.ai.openai",
    "anthropic_text": "anthropic",
    "bedrock": "aws.bedrock",
    "bedrock_converse": "aws.bedrock",
    "codestral": "mistral_ai",
    "cohere_chat": "cohere",
    "custom_openai": "openai",
    "fireworks_ai": "fireworks",
    "gemini": "gcp.gemini",
    "mistral": "mistral_ai",
    "moonshot": "moonshot_ai",
    "ollama_chat": "ollama",
    "openai_like": "openai",
    "text-completion-codestral": "mistral_ai",
    "text-completion-openai": "openai",
    "together_ai": "together",
    "vertex_ai": "gcp.vertex_ai",
    "vertex_ai_beta": "gcp.vertex_ai",
    "watsonx": "ibm.watsonx.ai",
    "watsonx_text": "ibm.watsonx.ai",
    "xai": "x_ai",
}
"""LiteLLM's names of providers that the conventions, or price lists, have another name for."""
UNKNOWN = "litellm"
"""The provider where LiteLLM does not know it either."""


class Asked(NamedTuple):
    """Who is asked for what."""

    provider_name: str
    model: str | None
    """Without the provider's name before it."""
    address: str | None
    """Where the provider is, as far as the request says."""


def asked(given: Mapping[str, Any]) -> Asked:
    """Who a call asks, by its arguments.

    Args:
        given: the arguments of one of LiteLLM's functions, by their names.
    """
    model = text(given.get("model"))
    address = text(given.get("api_base")) or text(given.get("base_url"))
    found, provider, known_address = _resolved(model, text(given.get("custom_llm_provider")), address)
    return Asked(_NAMES.get(provider, provider), found, address or known_address)


def _resolved(model: str | None, provider: str | None, address: str | None) -> tuple[str | None, str, str | None]:
    import litellm

    try:
        found, provider, _, known_address = litellm.get_llm_provider(
            model=model, custom_llm_provider=provider, api_base=address
        )
    except Exception:  # noqa: BLE001 - a model that LiteLLM will refuse, or a group that a router has a name for
        return model, provider or UNKNOWN, None
    return found, provider or UNKNOWN, text(known_address)
