"""Images that Imagen makes, by ``predict``: what was asked in words, and what came, by reference where it is large."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verspan.instrumentation.calls import CallInput, Reply, Request
from verspan.instrumentation.fields import field, fields, integer, items, text
from verspan.instrumentation.media import blob_part
from verspan.instrumentation.messages import Part
from verspan.instrumentation.parts import spoken
from verspan.instrumentation.serialising import from_snapshot, snapshot
from verspan_google_genai._adapting import RequestAdapter
from verspan_google_genai._client import Sent, json_of_response


class ImagesAdapter(RequestAdapter):
    """Takes requests for images; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    name = "google-genai.images"
    content = ("instances",)

    def operation_of(self, asked: Sent) -> str | None:
        """To generate an image, or to edit those that the request has."""
        if asked.verb != "predict":
            return None
        first = fields(next(iter(items(asked.body.get("instances"))), None))
        return "edit_image" if {"referenceImages", "image"} & first.keys() else "generate_image"

    def snapshot_response(self, response: Any) -> bytes:
        """An answer with a reference in the place of each image that is large."""
        body = from_snapshot(json_of_response(response))
        return snapshot({"parts": [_part(fields(one)) for one in items(field(body, "predictions"))]})

    def read_request(self, body: Any) -> Request:
        """That images are asked for, and how many."""
        count = integer(field(field(body, "parameters"), "sampleCount"))
        return Request(has_choices=False, output_type="image", choice_count=None if count == 1 else count)

    def read_input(self, body: Any) -> CallInput:
        """The words of a request."""
        prompts = [text(field(one, "prompt")) or "" for one in items(field(body, "instances"))]
        return CallInput(messages=spoken("user", *prompts))

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from what was taken of a response."""
        parts = items(field(body, "parts"))
        if parts and reply.capture_content:
            reply.choice(0).parts += parts
            reply.choice(0).finish_reason = "stop"


def _part(prediction: Mapping[str, Any]) -> Part:
    data = text(prediction.get("bytesBase64Encoded"))
    if data is not None:
        return blob_part("image", data, text(prediction.get("mimeType")))
    uri = text(prediction.get("gcsUri"))
    if uri is not None:
        return {"type": "uri", "modality": "image", "uri": uri}
    return {"type": "refusal", "content": text(prediction.get("raiFilteredReason")) or ""}
