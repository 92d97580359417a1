"""What is said aloud and what is printed: transcriptions, and documents that are read."""

from __future__ import annotations

from typing import Any

from verspan.instrumentation.calls import CallInput, Reply, Request
from verspan.instrumentation.fields import field, fields, items, text
from verspan.instrumentation.generated.adapting import event_of, json_of
from verspan.instrumentation.messages import Message, Part
from verspan.instrumentation.openai_json.replies import read_envelope, say
from verspan.instrumentation.parts import addressed_part
from verspan.instrumentation.serialising import snapshot
from verspan_mistralai._adapting import MistralAdapter

_DELTA = "transcription.text.delta"


class TranscriptionAdapter(MistralAdapter):
    """Takes requests to write down what is said, of whose sound nothing is told."""

    name = "mistralai.transcriptions"
    operation_name = "transcribe_audio"

    def snapshot_request(self, instance: Any, args: tuple[Any, ...], kwargs: Any, *, content: bool) -> bytes:  # noqa: ARG002 - of the protocol
        """Nothing: the sound is not read."""
        return b"{}"

    def read_request(self, body: Any) -> Request:  # noqa: ARG002 - of the protocol
        """That text is asked for."""
        return Request(has_choices=False, output_type="text")

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from what was written down, or add an event to it."""
        own = event_of(body)
        said = text(own.get("text"))
        if own.get("type") == _DELTA:
            if reply.capture_content:
                reply.choice(0).text.append(said or "")
            return
        read_envelope(own, reply)
        if said:
            say(reply, [{"type": "text", "content": said}])


class OcrAdapter(MistralAdapter):
    """Takes requests to read a document."""

    name = "mistralai.ocr"
    operation_name = "read_document"
    content = ("document", "document_annotation_prompt")

    def snapshot_response(self, response: Any) -> bytes:
        """What is written on the pages, without their images."""
        pages = [getattr(page, "markdown", None) for page in getattr(response, "pages", None) or ()]
        return snapshot({"model": getattr(response, "model", None), "pages": pages}, json_of)

    def read_request(self, body: Any) -> Request:  # noqa: ARG002 - of the protocol
        """That text is asked for."""
        return Request(has_choices=False, output_type="text")

    def read_input(self, body: Any) -> CallInput:
        """The document, where it is or by reference."""
        document = fields(field(body, "document"))
        return CallInput(messages=_document(document) if document else [])

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from what was taken of a response."""
        reply.response_model = text(field(body, "model"))
        say(reply, [{"type": "text", "content": page} for page in items(field(body, "pages")) if text(page)])


def _document(document: Any) -> list[Message]:
    kind = text(document.get("type")) or ""
    found = document.get(kind)
    url = text(found) or text(field(found, "url"))
    part: Part = dict(document)
    if url is not None:
        part = addressed_part("image" if kind == "image_url" else "document", url)
    elif file_id := text(document.get("file_id")):
        part = {"type": "file", "modality": "document", "file_id": file_id}
    return [{"role": "user", "parts": [part]}]
