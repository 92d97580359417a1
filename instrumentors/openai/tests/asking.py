"""How an application asks the client for what an interaction asked: the method of the client, and its arguments."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import openai
import pytest
from openai._base_client import make_request_options
from openai._legacy_response import async_to_raw_response_wrapper, to_raw_response_wrapper
from openai._response import async_to_streamed_response_wrapper, to_streamed_response_wrapper
from tests.recordings.stainless import Question

from .interactions import Interaction

_RESOURCES = {
    "POST /chat/completions": ("chat.completions", "create"),
    "POST /responses": ("responses", "create"),
    "POST /embeddings": ("embeddings", "create"),
    "POST /completions": ("completions", "create"),
    "POST /images/generations": ("images", "generate"),
    "POST /audio/speech": ("audio.speech", "create"),
    "POST /audio/transcriptions": ("audio.transcriptions", "create"),
    "POST /moderations": ("moderations", "create"),
}
"""By method and endpoint, where the client has what asks for it."""
has_responses = pytest.mark.skipif(
    not hasattr(openai.OpenAI, "responses"), reason="this version of the client has no responses"
)


def question(client: Any, interaction: Interaction) -> Question:
    """What asks for an interaction: a method of this version of the client, or the request made by hand."""
    place, method = _RESOURCES.get(f"{interaction.method} {interaction.endpoint}", ("", ""))
    resource = client if place else None
    for name in place.split("."):
        resource = getattr(resource, name, None)
    if resource is None or (interaction.is_stream and "stream" not in _parameters(getattr(resource, method))):
        return Question(_ByHand(client, interaction), "send")
    arguments = arguments_for(getattr(resource, method), interaction)
    if place == "audio.transcriptions":
        arguments = {"model": "whisper-1", **arguments, "file": ("speech.wav", b"RIFF")}
    elif place == "embeddings":  # or clients without numpy would ask for something else
        arguments = {"encoding_format": "base64", **arguments}
    return Question(resource, method, arguments)


def create_arguments(interaction: Interaction) -> dict[str, Any]:
    """The arguments of a chat's ``create`` that make the recorded request."""
    return arguments_for(openai.resources.chat.Completions.create, interaction)


def arguments_for(method: Callable[..., Any], interaction: Interaction) -> dict[str, Any]:
    """The arguments of a method that make the recorded request.

    What this version of the client does not know goes into ``extra_body``, as an application would send it.
    """
    known = _parameters(method)
    arguments = {name: value for name, value in interaction.request.items() if name in known}
    unknown = {name: value for name, value in interaction.request.items() if name not in known}
    return {**arguments, "extra_body": unknown} if unknown else arguments


def _parameters(method: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(method).parameters


class _ByHand:
    """A request to an endpoint that this version of the client has no method for."""

    def __init__(self, client: Any, interaction: Interaction) -> None:
        self._client = client
        self._interaction = interaction
        self._asynchronous = isinstance(client, openai.AsyncOpenAI)

    def send(self, extra_headers: Any = None) -> Any:
        """Send it."""
        found = self._interaction
        kind = openai.AsyncStream if self._asynchronous else openai.Stream
        options = make_request_options(extra_headers=extra_headers, query=found.query)
        given: dict[str, Any] = {"cast_to": object, "options": options}
        if found.method != "DELETE":
            given |= {"stream": found.is_stream, "stream_cls": kind[object]}
        if found.method == "POST":
            given["body"] = dict(found.request)
        return getattr(self._client, found.method.lower())(found.endpoint, **given)

    async def send_async(self, extra_headers: Any = None) -> Any:
        """Send it from an asynchronous client."""
        return await self.send(extra_headers)

    @property
    def with_raw_response(self) -> Any:
        """As the client's own resources have it."""
        if self._asynchronous:
            return SimpleNamespace(send=async_to_raw_response_wrapper(self.send_async))
        return SimpleNamespace(send=to_raw_response_wrapper(self.send))

    @property
    def with_streaming_response(self) -> Any:
        """As the client's own resources have it."""
        if self._asynchronous:
            return SimpleNamespace(send=async_to_streamed_response_wrapper(self.send_async))
        return SimpleNamespace(send=to_streamed_response_wrapper(self.send))
