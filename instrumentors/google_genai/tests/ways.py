"""The ways in which an application makes a call, and all that it sees of the answer."""

from __future__ import annotations

from typing import Any

from google import genai
from tests.recordings.replay import Mount
from tests.recordings.ways import Client, Way, is_stream

from .asking import ask, client_for, close, close_async
from .interactions import Interaction


def _opened(interaction: Interaction, mount: Mount, asynchronous: bool) -> Any:  # noqa: FBT001 - as it is declared
    client = client_for(interaction, mount)
    return client.aio if asynchronous else client


def _closed(client: Any) -> Any:
    return close_async(client) if isinstance(client, genai.client.AsyncClient) else close(client)


def _shown(response: Any) -> Any:
    if not hasattr(response, "model_dump"):
        return type(response) if is_stream(response) else (type(response), response)
    shown = response.model_dump()
    shown.pop("sdk_http_response", None)  # the server's date is in it
    shown.pop("headers", None)
    return type(response), shown


WAYS: list[Way] = Client(_opened, ask, _closed, _shown).ways()
