"""How the client's calls are taken and read: its API is OpenAI's, and so is the JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from verspan.instrumentation.calls import Reply, Request, ToldFailure
from verspan.instrumentation.fields import field, text
from verspan.instrumentation.openai_json.audio import AudioReading, take_audio
from verspan.instrumentation.openai_json.chat import ChatReading
from verspan.instrumentation.openai_json.embeddings import EmbeddingsReading, take_embeddings
from verspan.instrumentation.stainless import others
from verspan.instrumentation.stainless.adapting import PostAdapter
from verspan.instrumentation.stainless.client import StainlessClient
from verspan.instrumentation.stainless.media import MediaAdapter

CLIENT = StainlessClient("groq", lambda _client, _host: "groq")
"""Every kind of client that the package has."""
NAMES = {
    "post audio/speech": "generate_speech",
    "post audio/transcriptions": "transcribe_audio",
    "post audio/translations": "translate_audio",
}
"""By method and path, the operations that have names of their own."""
_BASE = "/openai/v1"


class ChatAdapter(ChatReading, PostAdapter):
    """Takes a chat call at the client's ``request``; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    name = "groq.chat"
    client = CLIENT
    path = "/chat/completions"
    failure_marks: Sequence[bytes] = (b'"error"',)

    def read_request(self, body: Any) -> Request:
        """The parameters of a request, without those that OpenAI alone has attributes for."""
        request = super().read_request(body)
        request.extra.clear()
        return request

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from a completion, or add a chunk to it; a chunk may say why it is the last one.

        Old clients raise nothing for an error in a stream and give it as a chunk.
        """
        super().read_reply(body, reply)
        reply.extra.clear()
        error = field(body, "error") or field(field(body, "x_groq"), "error")
        if error:
            reply.failure = _told(error)


class EmbeddingsAdapter(EmbeddingsReading, PostAdapter):
    """Takes a request for embeddings; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    name = "groq.embeddings"
    client = CLIENT
    path = "/embeddings"

    def snapshot_response(self, response: Any) -> bytes:
        """Model, usage and the length of the vectors."""
        return take_embeddings(response, self.client.own_fields)


class AudioAdapter(AudioReading, MediaAdapter):
    """Takes a request to speak or to write down; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    name = "groq.audio"
    client = CLIENT
    path = ("/audio/speech", "/audio/transcriptions", "/audio/translations")
    operation_names = NAMES

    def snapshot_response(self, response: Any) -> bytes:
        """What was written down; of speech nothing."""
        return take_audio(response, self.client.own_fields)


class OtherAdapter(others.OtherAdapter):
    """Takes any request that no other adapter describes."""

    name = "groq.other"
    client = CLIENT
    base_path = _BASE


def _told(error: Any) -> ToldFailure:
    """A failure that a stream tells, by a text alone or by an object with a code."""
    kind = text(field(error, "code")) or text(field(error, "type"))
    return ToldFailure(kind or "stream_error", text(error) or text(field(error, "message")))
