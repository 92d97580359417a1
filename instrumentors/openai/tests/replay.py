"""Clients that talk to the server of recorded interactions."""

from __future__ import annotations

import re
import ssl
from typing import Any

import openai
from tests.recordings.replay import Mount, Received, ReplayServer

from .interactions import Interaction

__all__ = ["Mount", "Received", "ReplayServer", "client_for"]

_TLS = ssl.create_default_context()  # never used for plain HTTP, and each client would take 20 ms to make its own


def client_for(interaction: Interaction, mount: Mount, *, asynchronous: bool = False) -> Any:
    """A client that makes the interaction's request at the server; Azure's where the request went there.

    Args:
        interaction: what will be asked first.
        mount: where it is served.
        asynchronous: whether the client is an asynchronous one.
    """
    http = openai.DefaultAsyncHttpxClient if asynchronous else openai.DefaultHttpxClient
    common: dict[str, Any] = {"api_key": "test-key", "max_retries": 0, "http_client": http(verify=_TLS)}
    if interaction.is_azure:
        azure = openai.AsyncAzureOpenAI if asynchronous else openai.AzureOpenAI
        deployment = re.search("/deployments/([^/]+)", interaction.path)
        return azure(
            azure_endpoint=mount.url,
            azure_deployment=deployment and deployment[1],
            api_version=interaction.api_version,
            **common,
        )
    plain = openai.AsyncOpenAI if asynchronous else openai.OpenAI
    return plain(base_url=mount.url + interaction.base_path, **common)
