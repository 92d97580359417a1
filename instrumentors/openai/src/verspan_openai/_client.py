"""The client's package, and who answers its requests."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from verspan.instrumentation.stainless.client import Peer, StainlessClient
from verspan_openai._hosts import AZURE, OPENAI, provider_at


@cache
def _azure_clients() -> tuple[type, ...]:
    import openai

    return (openai.AzureOpenAI, openai.AsyncAzureOpenAI)


def _provider_of(client: Any, host: str | None) -> str:
    return AZURE if client is not None and isinstance(client, _azure_clients()) else provider_at(host)


CLIENT = StainlessClient("openai", _provider_of)
"""Every kind of client that the package has."""


class Address(NamedTuple):
    """Where a websocket of the client is connected to."""

    peer: Peer
    path: str
    query: str


def address_of(connection: Any) -> Address:
    """Where a connection of ``websockets`` is connected to.

    Azure is told by the path where its host has a name of the application's own.
    """
    protocol = connection.protocol
    uri = getattr(protocol, "uri", None) or protocol.wsuri  # as websockets called it once
    provider_name = provider_at(uri.host)
    if provider_name == OPENAI and uri.path.startswith("/openai/"):
        provider_name = AZURE
    return Address(Peer(provider_name, uri.host, uri.port), uri.path, uri.query)
