"""What a call asks for, read from the client's description of the request."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import openai
import pytest
from openai._models import FinalRequestOptions
from openai._types import NOT_GIVEN

from verspan.instrumentation.calls import Call, Request
from verspan.semconv import OPENAI_API_TYPE, OPENAI_REQUEST_SERVICE_TIER
from verspan_openai._chat import ChatAdapter

from .interactions import CHAT

ADAPTER = ChatAdapter()
API = {OPENAI_API_TYPE: "chat_completions"}


@pytest.fixture(scope="module")
def client() -> openai.OpenAI:
    """A client of OpenAI's own host; nothing is sent."""
    return openai.OpenAI(api_key="test-key")


def describe(
    client: Any, body: Any, url: str = "/chat/completions", method: str = "post", **kwargs: Any
) -> Call | None:
    """What the adapter says of a request."""
    options = FinalRequestOptions.construct(method=method, url=url, json_data=body)
    return ADAPTER.describe(client, (object, options), kwargs)


def request(client: Any, body: Any) -> Request:
    """What the adapter reads of the body of a request."""
    options = FinalRequestOptions.construct(method="post", url=CHAT, json_data=body)
    return ADAPTER.read_request(json.loads(ADAPTER.snapshot_request(client, (object, options), {}, content=False)))


def test_bare(client: openai.OpenAI) -> None:
    """A request that sets nothing but the model is described by it and the server."""
    assert describe(client, {"model": "gpt-4o", "messages": []}) == Call(
        operation_name="chat",
        provider_name="openai",
        request_model="gpt-4o",
        server_address="api.openai.com",
        server_port=443,
    )
    assert request(client, {"model": "gpt-4o", "messages": []}) == Request(extra=API)


def test_every_parameter(client: openai.OpenAI) -> None:
    """Every sampling parameter has its field, and a stream is one whatever truthy value asks for it."""
    body = {
        "model": "gpt-4o",
        "n": 2,
        "max_tokens": 10,
        "max_completion_tokens": 20,
        "temperature": 0,
        "top_p": 0.5,
        "top_k": 40,
        "frequency_penalty": 0.1,
        "presence_penalty": -0.1,
        "seed": 1,
        "stop": ["A", "B"],
        "response_format": {"type": "json_schema", "json_schema": {"name": "plan"}},
        "reasoning_effort": "high",
        "service_tier": "flex",
        "top_logprobs": 3,
    }
    assert describe(client, body, stream=1) == Call(
        operation_name="chat",
        provider_name="openai",
        request_model="gpt-4o",
        server_address="api.openai.com",
        server_port=443,
        stream=True,
    )
    assert request(client, body) == Request(
        choice_count=2,
        max_tokens=20,
        temperature=0,
        top_p=0.5,
        top_k=40,
        frequency_penalty=0.1,
        presence_penalty=-0.1,
        seed=1,
        stop_sequences=["A", "B"],
        output_type="json",
        reasoning_level="high",
        extra={**API, OPENAI_REQUEST_SERVICE_TIER: "flex"},
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"response_format": {"type": "text"}}, "text"),
        ({"response_format": {"type": "json_object"}}, "json"),
        ({"modalities": ["text", "audio"]}, "speech"),
        ({"modalities": ["text"]}, None),
        ({"response_format": {"type": "xml"}}, None),
        ({"response_format": NOT_GIVEN}, None),
    ],
)
def test_output_type(client: openai.OpenAI, body: dict[str, Any], said: str | None) -> None:
    """The output type is what the request names, in the conventions' words."""
    assert request(client, body).output_type == said


def test_values_that_are_none(client: openai.OpenAI) -> None:
    """One choice, the automatic tier, and values of a wrong type are not on the call."""
    body = {"model": NOT_GIVEN, "n": 1, "service_tier": "auto", "temperature": "hot", "seed": True, "stop": []}
    assert describe(client, body) == Call(
        operation_name="chat", provider_name="openai", server_address="api.openai.com", server_port=443
    )
    assert request(client, body) == Request(extra=API)


def test_extra_body(client: openai.OpenAI) -> None:
    """What the caller adds to the body counts like the rest, and replaces it where both have it."""
    options = FinalRequestOptions.construct(
        method="post",
        url=CHAT,
        json_data={"model": "a", "temperature": 1},
        extra_json={"model": "b", "reasoning": {"effort": "low"}},
    )
    arguments = {"cast_to": object, "options": options}
    call = ADAPTER.describe(client, (), arguments)
    read = ADAPTER.read_request(json.loads(ADAPTER.snapshot_request(client, (), arguments, content=False)))
    assert call is not None
    assert (call.request_model, read.temperature, read.reasoning_level) == ("b", 1, "low")


@pytest.mark.parametrize(
    ("url", "method"),
    [
        ("/chat/completions", "get"),
        ("/chat/completions/chatcmpl-1", "post"),
        ("/completions", "post"),
        ("/responses", "post"),
        ("/embeddings", "post"),
    ],
)
def test_other_requests(client: openai.OpenAI, url: str, method: str) -> None:
    """A request that completes no chat is not described."""
    assert describe(client, {"model": "gpt-4o"}, url, method) is None


def test_path_of_the_callers_own(client: openai.OpenAI) -> None:
    """A deployment spelled out by the caller is a chat all the same."""
    assert describe(client, {}, "/deployments/gpt-4o/chat/completions?api-version=1") is not None


def test_arguments_that_are_not_the_clients(client: openai.OpenAI) -> None:
    """Without the client's description of a request there is nothing to describe."""
    assert ADAPTER.describe(client, (), {}) is None


def test_body_that_is_no_object(client: openai.OpenAI) -> None:
    """A body of bytes still tells the endpoint and the server."""
    call = describe(client, b"{}")
    assert call is not None
    assert (call.server_address, call.request_model) == ("api.openai.com", None)


def test_azure_client() -> None:
    """Azure's client is Azure wherever it points."""
    with openai.AzureOpenAI(api_key="test-key", api_version="1", azure_endpoint="http://127.0.0.1:8080") as client:
        call = describe(client, {"model": "deployment"})
    assert call is not None
    assert (call.provider_name, call.request_model) == ("azure.ai.openai", "deployment")
    assert (call.server_address, call.server_port) == ("127.0.0.1", 8080)


@pytest.mark.parametrize(
    ("base_url", "provider", "address", "port"),
    [
        ("https://own.openai.azure.com/openai/v1", "azure.ai.openai", "own.openai.azure.com", 443),
        ("https://own.services.ai.azure.com/models", "azure.ai.openai", "own.services.ai.azure.com", 443),
        ("https://own.cognitiveservices.azure.com", "azure.ai.openai", "own.cognitiveservices.azure.com", 443),
        ("https://openai.azure.com.example/v1", "openai", "openai.azure.com.example", 443),
        ("http://localhost:11434/v1", "openai", "localhost", 11434),
        ("http://model.internal/v1", "openai", "model.internal", 80),
    ],
)
def test_host(base_url: str, provider: str, address: str, port: int) -> None:
    """The host says whether it is Azure, and a compatible host keeps its own address."""
    with openai.OpenAI(api_key="test-key", base_url=base_url) as client:
        call = describe(client, {})
    assert call is not None
    assert (call.provider_name, call.server_address, call.server_port) == (provider, address, port)


def test_content_of_a_described_call(client: openai.OpenAI) -> None:
    """Messages are in the snapshot of a request where content may be captured, and nowhere else."""
    body = {"messages": [{"role": "user", "content": "Hi"}], "seed": 1}
    options = SimpleNamespace(method="post", url="/chat/completions", json_data=body, extra_json=None)
    told, untold = (
        ADAPTER.snapshot_request(client, (object, options), {}, content=content) for content in (True, False)
    )
    assert ADAPTER.read_input(json.loads(told)).messages == [
        {"role": "user", "parts": [{"type": "text", "content": "Hi"}]}
    ]
    assert untold == b'{"seed":1}'
