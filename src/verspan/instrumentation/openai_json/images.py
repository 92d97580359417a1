"""Images: what was asked in words, where they are or a reference to them, and what they cost."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar

from verspan.instrumentation.calls import CallInput, Reply, Request
from verspan.instrumentation.fields import field, fields, items, text, texts
from verspan.instrumentation.media import blob_part
from verspan.instrumentation.messages import Part
from verspan.instrumentation.openai_json.replies import read_envelope, say
from verspan.instrumentation.parts import spoken
from verspan.instrumentation.serialising import snapshot


def take_images(response: Any, own_fields: Callable[[Any], Mapping[str, Any]]) -> bytes:
    """An answer with a reference in the place of each image that is large.

    Args:
        response: what the client gave.
        own_fields: gives the fields of the client's objects.
    """
    own = own_fields(response)
    images = [own_fields(image) for image in items(own.get("data"))]
    told = {name: own.get(name) for name in ("model", "usage")}
    return snapshot({**told, "parts": [part for image in images for part in _image_parts(image)]}, own_fields)


class ImagesReading:
    """Reads requests for images; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    operation_name: ClassVar[str] = "generate_image"
    content: ClassVar[Collection[str]] = ("prompt",)

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
        say(reply, parts)


def _image_parts(image: Mapping[str, Any]) -> list[Part]:
    if content := text(image.get("b64_json")):
        return [blob_part("image", content)]
    url = text(image.get("url"))
    return [{"type": "uri", "modality": "image", "uri": url}] if url else []
