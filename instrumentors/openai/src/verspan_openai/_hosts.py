"""Who answers at a host, as far as its name tells.

The conventions name some providers, and where they do, theirs is the name. Others that sell models over an API of
OpenAI's shape go by the names under which price lists know them, since the same model costs another price at each. A
host that nobody can know, such as a proxy or a model server on a machine of one's own, keeps the client's flavour.
"""

from __future__ import annotations

AZURE = "azure.ai.openai"
OPENAI = "openai"
_PROVIDERS = {
    "openai.azure.com": AZURE,
    "services.ai.azure.com": AZURE,
    "cognitiveservices.azure.com": AZURE,
    "models.inference.ai.azure.com": "azure.ai.inference",
    "models.github.ai": "azure.ai.inference",
    "api.anthropic.com": "anthropic",
    "api.cerebras.ai": "cerebras",
    "api.cohere.ai": "cohere",
    "api.cohere.com": "cohere",
    "api.deepseek.com": "deepseek",
    "api.fireworks.ai": "fireworks",
    "generativelanguage.googleapis.com": "gcp.gemini",
    "aiplatform.googleapis.com": "gcp.vertex_ai",
    "api.groq.com": "groq",
    "api.mistral.ai": "mistral_ai",
    "api.moonshot.ai": "moonshot_ai",
    "api.moonshot.cn": "moonshot_ai",
    "openrouter.ai": "openrouter",
    "api.perplexity.ai": "perplexity",
    "api.together.ai": "together",
    "api.together.xyz": "together",
    "api.x.ai": "x_ai",
}
"""By a host's name, or the end of it after a dot or, as Vertex AI's have one after the region, a hyphen."""
_BEDROCK = ("bedrock-runtime.", "bedrock-mantle.")
_BEDROCK_DOMAINS = (".amazonaws.com", ".api.aws")


def provider_at(host: str | None) -> str:
    """The provider's name, by the conventions where they have one.

    Args:
        host: the name of a host, in lower case; None where it is unknown.
    """
    name = host or ""
    if name.startswith(_BEDROCK) and name.endswith(_BEDROCK_DOMAINS):
        return "aws.bedrock"
    known = (provider for end, provider in _PROVIDERS.items() if name == end or name.endswith((f".{end}", f"-{end}")))
    return next(known, OPENAI)
