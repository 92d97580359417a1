"""Images and sound: what was asked in words, what came back in words, and what it cost; never the bytes of either."""

from __future__ import annotations

from typing import Any

from verspan.instrumentation.openai_json.audio import AudioReading, take_audio
from verspan.instrumentation.openai_json.images import ImagesReading, take_images
from verspan.instrumentation.stainless.media import MediaAdapter
from verspan_openai._client import CLIENT
from verspan_openai._endpoints import NAMES


class ImagesAdapter(ImagesReading, MediaAdapter):
    """Takes a request for images; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    name = "openai.images"
    client = CLIENT
    path = ("/images/generations", "/images/edits", "/images/variations")
    operation_names = NAMES

    def snapshot_response(self, response: Any) -> bytes:
        """An answer with a reference in the place of each image that is large."""
        return take_images(response, self.client.own_fields)


class AudioAdapter(AudioReading, MediaAdapter):
    """Takes a request to speak or to write down; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    name = "openai.audio"
    client = CLIENT
    path = ("/audio/speech", "/audio/transcriptions", "/audio/translations")
    operation_names = NAMES

    def snapshot_response(self, response: Any) -> bytes:
        """What was written down; of speech nothing."""
        return take_audio(response, self.client.own_fields)
