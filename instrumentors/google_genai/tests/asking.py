"""How an application asks the client for what an interaction asked."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Mapping
from typing import Any

import pytest
from google import genai
from google.oauth2.credentials import Credentials
from tests.recordings.replay import Mount

from .interactions import Interaction

has_interactions = pytest.mark.skipif(
    not hasattr(genai.Client, "interactions"), reason="this version of the client has no interactions"
)

TLS = ssl.create_default_context()  # never used for plain HTTP, and each client would take long to make its own


def client_for(interaction: Interaction, mount: Mount) -> Any:
    """A client that makes the interaction's request at the server; of Vertex AI where the request went there."""
    version = interaction.path.split("/")[1]
    tls = {"verify": TLS}
    options: Any = {"base_url": mount.url, "api_version": version, "client_args": tls, "async_client_args": tls}
    if not interaction.is_vertex:
        return genai.Client(api_key="test-key", http_options=options)
    credentials: Any = Credentials("test-token")
    return genai.Client(
        vertexai=True, project="p", location="us-central1", credentials=credentials, http_options=options
    )


def close(client: Any) -> None:
    """Release a client's connections, which older versions have no method for."""
    client._api_client._httpx_client.close()


async def close_async(client: Any) -> None:
    """Release those of its asynchronous side too."""
    await client._api_client._async_httpx_client.aclose()
    close(client)


def ask(client: Any, interaction: Interaction) -> Any:
    """Make an interaction's request with a client, or with its asynchronous side (``client.aio``)."""
    if interaction.is_interaction:
        return _ask_interaction(client, interaction)
    if interaction.resource.endswith((":generateContent", ":streamGenerateContent")):
        method = "generate_content_stream" if "stream" in interaction.resource else "generate_content"
        body = interaction.request
        return getattr(client.models, method)(model=interaction.model, contents=body["contents"], config=_config(body))
    is_async = isinstance(client, genai.client.AsyncClient)
    method = "async_request" if is_async else "request"
    send = getattr(client._api_client, method)  # what every resource sends by
    path = interaction.resource.removeprefix("projects/p/locations/us-central1/")
    return send(interaction.method.lower(), path, dict(interaction.request))


def _ask_interaction(client: Any, interaction: Interaction) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the client calls them experimental
        resource = client.interactions
    if interaction.method == "POST" and interaction.resource.endswith("/cancel"):
        return resource.cancel(interaction.resource.split("/")[1])
    if interaction.method == "POST":
        return resource.create(**interaction.request)
    found = interaction.query
    given = {"last_event_id": found["last_event_id"]} if "last_event_id" in found else {}
    return resource.get(interaction.resource.split("/")[1], stream=found.get("stream") == "true", **given)


def _config(body: Mapping[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in body.items() if name not in ("contents", "generationConfig")}
    return {**body.get("generationConfig", {}), **rest}
