"""Who answers: the clients of other clouds that sell the models, and hosts that speak the API."""

from __future__ import annotations

import base64
import binascii
import json
import struct
from dataclasses import replace
from typing import Any

import anthropic
import pytest
from anthropic._models import FinalRequestOptions
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.recordings.interactions import Interaction, events
from tests.recordings.replay import ReplayServer

from verspan_anthropic._messages import MessagesAdapter

from .asking import corpus

_ASK: Any = {"model": "claude-own-1", "max_tokens": 64, "messages": [{"role": "user", "content": "Where is it?"}]}
_WHOLE, _STREAM = corpus("messages")["stream, whole"], corpus("messages")["stream"]
_HOSTS = [
    ("https://api.anthropic.com", "anthropic"),
    ("https://llm.own.example/anthropic", "anthropic"),
    ("https://bedrock-runtime.eu-west-1.amazonaws.com", "aws.bedrock"),
    ("https://europe-west1-aiplatform.googleapis.com/v1", "gcp.vertex_ai"),
    ("https://api.deepseek.com/anthropic", "deepseek"),
    ("https://api.moonshot.ai/anthropic", "moonshot_ai"),
    ("https://openrouter.ai/api", "openrouter"),
]


def _description(client: Any) -> tuple[str, str | None, int | None]:
    options = FinalRequestOptions.construct(method="post", url="/v1/messages", json_data=_ASK)
    call = MessagesAdapter().describe(client, (object, options), {})
    assert call is not None
    return call.provider_name, call.server_address, call.server_port


@pytest.mark.parametrize(("address", "provider"), _HOSTS)
def test_hosts(address: str, provider: str) -> None:
    """The provider is known by its host, and the host is always told."""
    with anthropic.Anthropic(api_key="test-key", base_url=address) as client:
        assert _description(client) == (provider, address.split("/")[2], 443)


def test_foundry() -> None:
    """Anthropic's own API on the platform of another is Anthropic's."""
    build = getattr(anthropic, "AnthropicFoundry", None)
    if build is None:
        pytest.skip("this version of the client has no client for Foundry")
    with build(api_key="test-key", base_url="https://own.services.ai.azure.com/anthropic") as client:
        assert _description(client) == ("anthropic", "own.services.ai.azure.com", 443)


def test_vertex(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """Vertex AI has paths of its own, and the span is that of a message."""
    path = "/projects/own/locations/europe-west1/publishers/anthropic/models/claude-own-1:rawPredict"
    mount = server.mount([replace(_WHOLE, url=f"https://aiplatform.googleapis.com{path}")])
    options: Any = {"region": "europe-west1", "project_id": "own", "access_token": "test-token"}
    with anthropic.AnthropicVertex(**options, base_url=mount.url, max_retries=0) as client:
        client.messages.create(**_ASK)
    _assert_message(spans, "gcp.vertex_ai")


def test_bedrock(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """Bedrock's streams are not of text; each event that the application gets is read by itself."""
    pytest.importorskip("botocore", reason="this client has nothing to sign requests for Bedrock with")
    path = "https://bedrock-runtime.eu-west-1.amazonaws.com/model/claude-own-1"
    whole = replace(_WHOLE, url=f"{path}/invoke")
    mount = server.mount([whole, _as_aws(_STREAM, f"{path}/invoke-with-response-stream")])
    keys: Any = {"aws_access_key": "test-key", "aws_secret_key": "test-secret", "aws_region": "eu-west-1"}
    with anthropic.AnthropicBedrock(**keys, base_url=mount.url, max_retries=0) as client:
        client.messages.create(**_ASK)
        _assert_message(spans, "aws.bedrock")
        spans.clear()
        list(client.messages.create(**_ASK, stream=True))
    _assert_message(spans, "aws.bedrock")


def _assert_message(spans: InMemorySpanExporter, provider: str) -> None:
    (span,) = spans.get_finished_spans()
    found = span.attributes
    assert found is not None
    assert (span.name, found["gen_ai.provider.name"]) == ("chat claude-own-1", provider)
    assert (found["gen_ai.usage.input_tokens"], found["gen_ai.usage.output_tokens"]) == (142, 9)
    (message,) = json.loads(str(found["gen_ai.output.messages"]))
    assert message["parts"] == [{"type": "text", "content": "It is in Bremen."}]


def _as_aws(interaction: Interaction, url: str) -> Interaction:
    """An answer as Amazon's binary stream of events."""
    body = b"".join(_aws_event(event) for event in events(interaction) if event["type"] != "ping")
    return replace(interaction, url=url, headers={"content-type": "application/vnd.amazon.eventstream"}, body=body)


def _aws_event(event: Any) -> bytes:
    """One message of ``application/vnd.amazon.eventstream``: lengths and checksums, headers of text, and the JSON."""
    payload = json.dumps({"bytes": base64.b64encode(json.dumps(event).encode()).decode()}).encode()
    told = {":event-type": "chunk", ":content-type": "application/json", ":message-type": "event"}
    headers = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
        for name, value in told.items()
    )
    prelude = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    message = prelude + struct.pack(">I", binascii.crc32(prelude)) + headers + payload
    return message + struct.pack(">I", binascii.crc32(message))
