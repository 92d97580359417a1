"""Embeddings and moderation: texts that a model weighs and does not answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verspan.instrumentation.calls import CallInput, Reply, Request
from verspan.instrumentation.fields import field, items, text, texts
from verspan.instrumentation.generated.adapting import json_of
from verspan.instrumentation.openai_json.embeddings import EmbeddingsReading, take_embeddings
from verspan.instrumentation.openai_json.replies import read_envelope
from verspan.instrumentation.openai_json.requests import read_message
from verspan.instrumentation.parts import spoken
from verspan.instrumentation.serialising import snapshot
from verspan_mistralai._adapting import MistralAdapter


class EmbeddingsAdapter(EmbeddingsReading, MistralAdapter):
    """Takes requests for embeddings; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    name = "mistralai.embeddings"
    content = ("inputs",)

    def snapshot_response(self, response: Any) -> bytes:
        """Model, tokens and the length of the vectors."""
        return take_embeddings(response, _own_fields)

    def read_input(self, body: Any) -> CallInput:
        """What is to be embedded."""
        return CallInput(messages=spoken("user", *texts(field(body, "inputs"))))


class ModerationAdapter(MistralAdapter):
    """Takes requests to judge texts or chats, of whose scores nothing is told."""

    name = "mistralai.moderations"
    operation_name = "moderate_content"
    content = ("inputs",)

    def snapshot_response(self, response: Any) -> bytes:
        """What is read: model and tokens."""
        own = _own_fields(response)
        return snapshot({name: own[name] for name in ("id", "model", "usage") if name in own}, json_of)

    def read_request(self, body: Any) -> Request:  # noqa: ARG002 - of the protocol
        """No parameters."""
        return Request(has_choices=False)

    def read_input(self, body: Any) -> CallInput:
        """What is to be judged: texts, or the messages of a chat."""
        asked = field(body, "inputs")
        chat = field(asked, "messages") if isinstance(asked, dict) else asked
        messages = [read_message(one) for one in items(chat) if not text(one)]
        return CallInput(messages=[*spoken("user", *texts(asked)), *messages])

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from what was taken of a response."""
        read_envelope(body, reply)


def _own_fields(response: Any) -> Mapping[str, Any]:
    """The fields of one of the client's models."""
    found: Mapping[str, Any] = vars(response) if hasattr(response, "__dict__") else {}
    return found
