"""How an application asks the client for what an interaction asked."""

from __future__ import annotations

import os
import ssl
from typing import Any

import cohere
import httpx

from .interactions import Interaction

os.environ.setdefault("CO_API_KEY", "test-key")
_TLS = ssl.create_default_context()  # never used for plain HTTP, and each client would take long to make its own
_METHODS = {
    "POST /v2/chat": ("v2", "chat"),
    "POST /v2/embed": ("v2", "embed"),
    "POST /v2/rerank": ("v2", "rerank"),
    "POST /v1/chat": ("", "chat"),
    "POST /v1/generate": ("", "generate"),
    "POST /v1/rerank": ("", "rerank"),
    "POST /v1/classify": ("", "classify"),
    "POST /v1/tokenize": ("", "tokenize"),
    "GET /v1/models": ("models", "list"),
    "GET /v1/datasets": ("datasets", "list"),
    "DELETE /v1/datasets/d-1": ("datasets", "delete"),
}


class Client:
    """A client of a server, with the connections that it was given."""

    def __init__(self, url: str, *, asynchronous: bool) -> None:
        self.asynchronous = asynchronous
        self.http: Any = (httpx.AsyncClient if asynchronous else httpx.Client)(verify=_TLS)
        build: Any = cohere.AsyncClient if asynchronous else cohere.Client
        self.client = build("test-key", base_url=url, httpx_client=self.http)

    def close(self) -> Any:
        """Release the connections."""
        return self.http.aclose() if self.asynchronous else self.http.close()

    def method(self, place: str, name: str) -> Any:
        """A method of the client, or of one of its resources."""
        return getattr(getattr(self.client, place) if place else self.client, name)


def ask(client: Client, interaction: Interaction) -> Any:
    """Make an interaction's request, which is not made twice."""
    place, method = _METHODS[interaction.endpoint]
    given = {name: value for name, value in interaction.request.items() if name != "stream"}
    if interaction.request.get("stream"):
        method = f"{method}_stream"
    if interaction.path.endswith("/d-1"):
        given["id"] = "d-1"
    if method == "tokenize":
        given["offline"] = False
    return client.method(place, method)(**given, request_options={"max_retries": 0})
