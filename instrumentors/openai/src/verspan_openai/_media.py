"""Images and sound: what was asked in words, what came back in words, and what it cost; never the bytes of either."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from verspan.instrumentation.calls import Call, CallInput, Reply, Request
from verspan.instrumentation.fields import field, fields, items, text, texts
from verspan.instrumentation.media import blob_part
from verspan.instrumentation.messages import Part
from verspan.instrumentation.openai_json.replies import read_envelope
from verspan.instrumentation.parts import spoken, text_parts
from verspan.instrumentation.serialising import snapshot
from verspan_openai import _client
from verspan_openai._adapting import PostAdapter
from verspan_openai._endpoints import operation_name

_DONE = "stop"


class MediaAdapter(PostAdapter):
    """Takes requests to several endpoints, each an operation of its own, whose bodies may come with files."""

    path: ClassVar[tuple[str, ...]]
    parameters: ClassVar[tuple[str, ...]] = ()
    """What of a request is read beside its content."""

    def describe(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call | None:
        """Describe a request to one of the endpoints; None for a request to any other."""
        call = super().describe(instance, args, kwargs)
        if call is None:
            return None
        body_path = next(path for path in self.path if _client.body_posted_to(path, args, kwargs) is not None)
        return call._replace(operation_name=operation_name("post", body_path))

    def snapshot_request(
        self,
        instance: Any,  # noqa: ARG002 - of the protocol
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        content: bool,
    ) -> bytes:
        """Of the body what is read: a file of the caller's is consumed by nobody but the client."""
        body = _client.body_posted_to(self.path, args, kwargs) or {}
        wanted = (*self.parameters, *self.content) if content else self.parameters
        return snapshot({name: body[name] for name in wanted if name in body}, _client.fields_of)


class ImagesAdapter(MediaAdapter):
    """Takes a request for images; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    name = "openai.images"
    path = ("/images/generations", "/images/edits", "/images/variations")
    operation_name = "generate_image"
    content = ("prompt",)

    def snapshot_response(self, response: Any) -> bytes:
        """An answer with a reference in the place of each image that is large."""
        own = _client.own_fields(response)
        images = [_client.own_fields(image) for image in items(own.get("data"))]
        told = {name: own.get(name) for name in ("model", "usage")}
        return snapshot(
            {**told, "parts": [part for image in images for part in _image_parts(image)]}, _client.fields_of
        )

    def read_request(self, body: Any) -> Request:  # noqa: ARG002 - of the protocol
        """That an image is asked for."""
        return Request(has_choices=False, output_type="image")

    def read_input(self, body: Any) -> CallInput:
        """What the image is to show."""
        return CallInput(messages=spoken("user", *texts(field(body, "prompt"))))

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from what was taken of an answer, from the whole of it, or from the last event of a stream."""
        own = fields(body)
        if "partial_image_index" in own:
            return
        read_envelope(own, reply)
        images = items(own.get("data")) or [own]
        parts = [*items(own.get("parts")), *(part for image in images for part in _image_parts(fields(image)))]
        _say(reply, parts)


class AudioAdapter(MediaAdapter):
    """Takes a request to speak or to write down; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    name = "openai.audio"
    path = ("/audio/speech", "/audio/transcriptions", "/audio/translations")
    operation_name = "generate_speech"
    parameters = ("voice",)
    content = ("input", "instructions", "prompt")

    def snapshot_response(self, response: Any) -> bytes:
        """What was written down; of speech nothing."""
        if isinstance(response, str):
            return snapshot({"text": response})
        own = _client.own_fields(response)
        return snapshot({name: own[name] for name in _WRITTEN if name in own}, _client.fields_of)

    def read_request(self, body: Any) -> Request:
        """Whether speech or text is asked for; speech alone has a voice."""
        return Request(has_choices=False, output_type="speech" if field(body, "voice") is not None else "text")

    def read_input(self, body: Any) -> CallInput:
        """What is to be spoken, or what the sound is told to be about; and how to speak."""
        return CallInput(
            messages=spoken("user", *texts(field(body, "input")), *texts(field(body, "prompt"))),
            system_instructions=text_parts(texts(field(body, "instructions"))),
        )

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from what was written down, or add an event to it."""
        own = fields(body)
        if delta := text(own.get("delta")):
            if reply.capture_content:
                reply.choice(0).text.append(delta)
            return
        read_envelope(own, reply)
        if said := text(own.get("text")):
            _say(reply, [{"type": "text", "content": said}])


_WRITTEN = ("text", "delta", "usage")


def _image_parts(image: Mapping[str, Any]) -> list[Part]:
    if content := text(image.get("b64_json")):
        return [blob_part("image", content)]
    url = text(image.get("url"))
    return [{"type": "uri", "modality": "image", "uri": url}] if url else []


def _say(reply: Reply, parts: list[Part]) -> None:
    """Make these parts the answer, in the place of what was put together until now."""
    if parts:
        choice = reply.choice(0)
        choice.finish_reason = _DONE
        choice.text.clear()
        choice.parts = parts if reply.capture_content else []
