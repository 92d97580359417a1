"""How an application asks the client for what an interaction asked."""

from __future__ import annotations

import inspect
import ssl
from dataclasses import dataclass
from importlib import import_module
from operator import attrgetter
from typing import Any

import pytest

from .interactions import Interaction

try:
    from mistralai import Mistral

    IS_FIRST_MAJOR = True
except ImportError:
    from mistralai.client import Mistral

    IS_FIRST_MAJOR = False

_TLS = ssl.create_default_context()  # never used for plain HTTP, and each client would take long to make its own
_METHODS = {
    "POST /chat/completions": ("chat", "complete"),
    "POST /agents/completions": ("agents", "complete"),
    "POST /fim/completions": ("fim", "complete"),
    "POST /conversations": ("beta.conversations", "start"),
    "POST /conversations/conv-1": ("beta.conversations", "append"),
    "POST /embeddings": ("embeddings", "create"),
    "POST /moderations": ("classifiers", "moderate"),
    "POST /ocr": ("ocr", "process"),
    "POST /audio/transcriptions": ("audio.transcriptions", "complete"),
    "GET /models": ("models", "list"),
    "GET /files/file-1": ("files", "retrieve"),
    "DELETE /files/file-1": ("files", "delete"),
}
_HTTP: Any = import_module(inspect.getmodule(Mistral).__name__.rpartition(".")[0] + ".httpclient").httpx  # type: ignore[union-attr]  # a class has a module


@dataclass(frozen=True)
class Client:
    """A client of a server, with the connections that it was given."""

    client: Any
    http: Any
    asynchronous: bool

    @classmethod
    def at(cls, url: str, *, asynchronous: bool) -> Client:
        """A client of a server."""
        http = (_HTTP.AsyncClient if asynchronous else _HTTP.Client)(verify=_TLS)
        given = {"async_client" if asynchronous else "client": http}
        return cls(Mistral(api_key="test-key", server_url=url, **given), http, asynchronous)

    def close(self) -> Any:
        """Release the connections."""
        return self.http.aclose() if self.asynchronous else self.http.close()

    def method(self, place: str, name: str) -> Any:
        """A method of one of the client's resources, of the kind of this client."""
        try:
            resource = attrgetter(place)(self.client)
        except AttributeError:
            pytest.skip(f"this version of the client has no {place}")
        return getattr(resource, f"{name}_async" if self.asynchronous else name)


def ask(client: Client, interaction: Interaction) -> Any:
    """Make an interaction's request."""
    place, method = _METHODS[interaction.endpoint]
    given = {name: value for name, value in interaction.request.items() if name != "stream"}
    if interaction.request.get("stream"):
        method = {"complete": "stream"}.get(method, f"{method}_stream")
    if "file-1" in interaction.path:
        given["file_id"] = "file-1"
    if interaction.path.endswith("conv-1"):
        given["conversation_id"] = "conv-1"
    if place == "audio.transcriptions":
        given["file"] = {"file_name": "speech.wav", "content": b"RIFF"}
    return client.method(place, method)(**given)
