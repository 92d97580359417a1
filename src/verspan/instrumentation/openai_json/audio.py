"""Sound: what was asked and what came back in words, and what it cost; never the bytes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar

from verspan.instrumentation.calls import CallInput, Reply, Request
from verspan.instrumentation.fields import field, fields, text, texts
from verspan.instrumentation.openai_json.replies import read_envelope, say
from verspan.instrumentation.parts import spoken, text_parts
from verspan.instrumentation.serialising import snapshot

_WRITTEN = ("text", "delta", "usage")


def take_audio(response: Any, own_fields: Callable[[Any], Mapping[str, Any]]) -> bytes:
    """What was written down; of speech nothing.

    Args:
        response: what the client gave.
        own_fields: gives the fields of the client's objects.
    """
    if isinstance(response, str):
        return snapshot({"text": response})
    own = own_fields(response)
    return snapshot({name: own[name] for name in _WRITTEN if name in own}, own_fields)


class AudioReading:
    """Reads requests to speak or to write down; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    operation_name: ClassVar[str] = "generate_speech"
    parameters: ClassVar[tuple[str, ...]] = ("voice",)
    content: ClassVar[Collection[str]] = ("input", "instructions", "prompt")

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
            say(reply, [{"type": "text", "content": said}])
