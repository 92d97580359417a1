"""Who is asked, told by the host that a request goes to."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from openai._models import FinalRequestOptions
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from verspan import pricing, semconv
from verspan.traces.model import Cost
from verspan_openai import OpenAIInstrumentor
from verspan_openai._hosts import provider_at

from .asking import create_arguments
from .interactions import corpus
from .replay import ReplayServer, client_for

CASES = {found.key: found for found in corpus("chat")}


@pytest.mark.parametrize(
    ("host", "provider_name"),
    [
        ("api.openai.com", "openai"),
        ("eu.api.openai.com", "openai"),
        ("my-tea-shop.openai.azure.com", "azure.ai.openai"),
        ("my-tea-shop.services.ai.azure.com", "azure.ai.openai"),
        ("models.inference.ai.azure.com", "azure.ai.inference"),
        ("api.groq.com", "groq"),
        ("api.deepseek.com", "deepseek"),
        ("openrouter.ai", "openrouter"),
        ("api.perplexity.ai", "perplexity"),
        ("api.x.ai", "x_ai"),
        ("us-east-1.api.x.ai", "x_ai"),
        ("api.mistral.ai", "mistral_ai"),
        ("api.moonshot.ai", "moonshot_ai"),
        ("api.moonshot.cn", "moonshot_ai"),
        ("api.together.xyz", "together"),
        ("api.fireworks.ai", "fireworks"),
        ("api.cerebras.ai", "cerebras"),
        ("api.anthropic.com", "anthropic"),
        ("generativelanguage.googleapis.com", "gcp.gemini"),
        ("europe-west1-aiplatform.googleapis.com", "gcp.vertex_ai"),
        ("bedrock-runtime.eu-west-1.amazonaws.com", "aws.bedrock"),
        ("bedrock-mantle.eu-west-1.api.aws", "aws.bedrock"),
        ("localhost", "openai"),
        ("llm-proxy.internal", "openai"),
        ("notapi.x.ai.example", "openai"),
        ("myopenrouter.ai", "openai"),
        ("bedrock-runtime.example", "openai"),
        (None, "openai"),
    ],
)
def test_provider(host: str | None, provider_name: str) -> None:
    """A provider is known by its own hosts alone; any other keeps the client's flavour."""
    assert provider_at(host) == provider_name


def described(client: Any, url: str) -> Any:
    """What the first adapter that describes a chat sent to an address says of it."""
    options = FinalRequestOptions.construct(method="post", url=url, json_data={"model": "tea-1"})
    calls = (adapter.describe(client, (object, options), {}) for adapter in OpenAIInstrumentor().adapters())
    return next(call for call in calls if call is not None)


def test_priced_as_theirs() -> None:
    """A call of a compatible host is named and priced as that provider's."""
    pytest.importorskip("genai_prices", reason="genai-prices needs Python 3.11")
    with openai.OpenAI(api_key="test-key", base_url="https://api.deepseek.com/v1") as client:
        call = described(client, "/chat/completions")
    assert (call.provider_name, call.server_address, call.server_port) == ("deepseek", "api.deepseek.com", 443)
    attributes = {
        semconv.GEN_AI_PROVIDER_NAME: call.provider_name,
        semconv.GEN_AI_REQUEST_MODEL: "deepseek-chat",
        semconv.GEN_AI_USAGE_INPUT_TOKENS: 1_000_000,
    }
    assert isinstance(pricing.cost_of_call(attributes, 1_790_000_000_000_000_000), Cost)


@pytest.mark.parametrize("endpoint", ["/chat/completions", "/rerank"])
def test_whole_address(endpoint: str) -> None:
    """A request to a whole address is one to that host, whatever the client's own is."""
    with openai.OpenAI(api_key="test-key", base_url="https://api.deepseek.com/v1") as client:
        call = described(client, f"https://api.groq.com:8443/openai/v1{endpoint}?user=1")
        relative = described(client, f"{endpoint}?then=https://api.groq.com/")
    assert (call.provider_name, call.server_address, call.server_port) == ("groq", "api.groq.com", 8443)
    assert (relative.provider_name, relative.server_address) == ("deepseek", "api.deepseek.com")


def test_whole_address_answered(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """The span of such a request has the host that answered it."""
    case = CASES["text"]
    mount = server.mount([case])
    with client_for(case, mount) as client:
        client.base_url = "https://api.openai.com/v1"
        client.post(f"{mount.url}{case.path}", cast_to=object, body=dict(case.request))
    (span,) = spans.get_finished_spans()
    assert (span.attributes or {})[semconv.SERVER_ADDRESS] == "127.0.0.1"
    assert (span.attributes or {})[semconv.SERVER_PORT] == server.port


@pytest.mark.parametrize("provider_name", ["groq", "openai", "azure.ai.openai"])
def test_flavour(
    monkeypatch: pytest.MonkeyPatch, server: ReplayServer, spans: InMemorySpanExporter, provider_name: str
) -> None:
    """OpenAI's own attributes are on spans of OpenAI's flavour alone."""
    monkeypatch.setitem(_providers(), "127.0.0.1", provider_name)
    case = CASES["text"]
    with client_for(case, server.mount([case])) as client:
        client.chat.completions.create(**create_arguments(case))
    (span,) = spans.get_finished_spans()
    attributes = span.attributes or {}
    assert attributes[semconv.GEN_AI_PROVIDER_NAME] == provider_name
    assert any(name.startswith("openai.") for name in attributes) is (provider_name != "groq")


def _providers() -> dict[str, str]:
    from verspan_openai import _hosts

    return _hosts._PROVIDERS
