"""Embeddings, images, sound, ranks and moderations, of whichever provider."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from verspan.instrumentation.calls import CallInput, Reply, Request, Usage
from verspan.instrumentation.fields import field, fields, integer, text, texts
from verspan.instrumentation.openai_json.audio import AudioReading, take_audio
from verspan.instrumentation.openai_json.embeddings import EmbeddingsReading, take_embeddings
from verspan.instrumentation.openai_json.images import ImagesReading, take_images
from verspan.instrumentation.parts import spoken
from verspan.instrumentation.serialising import snapshot
from verspan_litellm._functions import BesideReading, FunctionAdapter, own_fields


class EmbeddingsAdapter(BesideReading, EmbeddingsReading, FunctionAdapter):
    """Takes ``embedding``."""

    name = "litellm.embeddings"
    functions = ("embedding",)
    positional = ("model", "input")
    parameters = ("dimensions", "encoding_format")

    def snapshot_response(self, response: Any) -> bytes:
        """Model, usage and the length of the vectors."""
        return take_embeddings(response, own_fields)


class ImagesAdapter(BesideReading, ImagesReading, FunctionAdapter):
    """Takes ``image_generation`` and ``image_edit``."""

    name = "litellm.images"
    functions = ("image_generation", "image_edit")
    positional = ("prompt", "model")

    def _given(self, args: tuple[Any, ...], kwargs: Any) -> dict[str, Any]:
        names = ("image", "prompt", "model") if self.function == "image_edit" else self.positional
        return {**dict(zip(names, args, strict=False)), **kwargs}

    def _operation(self) -> str:
        return "edit_image" if self.function == "image_edit" else self.operation_name

    def snapshot_response(self, response: Any) -> bytes:
        """An answer with a reference in the place of each image that is large."""
        return take_images(response, own_fields)


class AudioAdapter(AudioReading, FunctionAdapter):
    """Takes ``speech`` and ``transcription``; the files of either are left alone."""

    name = "litellm.audio"
    functions = ("speech", "transcription")
    parameters = ("voice",)

    def _given(self, args: tuple[Any, ...], kwargs: Any) -> dict[str, Any]:
        names = ("model", "input", "voice") if self.function == "speech" else ("model", "file")
        return {**dict(zip(names, args, strict=False)), **kwargs}

    def _operation(self) -> str:
        return self.operation_name if self.function == "speech" else "transcribe_audio"

    def snapshot_response(self, response: Any) -> bytes:
        """What was written down; of speech nothing."""
        return take_audio(response, own_fields)


class RerankAdapter(FunctionAdapter):
    """Takes ``rerank``."""

    name = "litellm.rerank"
    functions = ("rerank",)
    positional = ("model", "query", "documents")
    operation_name = "rerank"
    content: ClassVar[Collection[str]] = ("query",)

    def snapshot_response(self, response: Any) -> bytes:
        """The tokens, where the provider told them."""
        return snapshot({"meta": own_fields(response).get("meta")}, own_fields)

    def read_request(self, body: Any) -> Request:  # noqa: ARG002 - of the protocol
        """No parameters."""
        return Request(has_choices=False)

    def read_input(self, body: Any) -> CallInput:
        """What documents are ranked by."""
        return CallInput(messages=spoken("user", *texts(field(body, "query"))))

    def read_reply(self, body: Any, reply: Reply) -> None:
        """The tokens."""
        tokens = fields(field(field(body, "meta"), "tokens"))
        if tokens:
            reply.usage = Usage(integer(tokens.get("input_tokens")), integer(tokens.get("output_tokens")))


class ModerationAdapter(FunctionAdapter):
    """Takes ``moderation``."""

    name = "litellm.moderation"
    functions = ("moderation",)
    positional = ("input", "model")
    operation_name = "moderate_content"
    content: ClassVar[Collection[str]] = ("input",)

    def snapshot_response(self, response: Any) -> bytes:
        """Which model judged."""
        return snapshot({"model": own_fields(response).get("model")})

    def read_request(self, body: Any) -> Request:  # noqa: ARG002 - of the protocol
        """No parameters."""
        return Request(has_choices=False)

    def read_input(self, body: Any) -> CallInput:
        """What is judged."""
        return CallInput(messages=spoken("user", *texts(field(body, "input"))))

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Which model judged."""
        reply.response_model = text(field(body, "model"))
