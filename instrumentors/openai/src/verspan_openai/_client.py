"""The client's package, and who answers its requests."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from verspan.instrumentation.stainless.client import Peer, StainlessClient
from verspan_openai._hosts import AZURE, provider_at


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
    """The address of a connection that the client has opened with the ``websockets`` package."""
    uri = connection.protocol.wsuri
    return Address(Peer(provider_at(uri.host), uri.host, uri.port), uri.path, uri.query)
