"""The responses that are asked for and given in one session of realtime.

The provider keeps the session's settings and its conversation, and may begin responses by itself. What a response was
asked is therefore put together from what went to and fro: the settings in force, and what was said since the response
before, as far as it was written or written down.
"""

from __future__ import annotations

from typing import Any

from opentelemetry.context import get_current

from verspan.instrumentation.fields import field, fields, text
from verspan.instrumentation.stainless.client import Peer
from verspan.instrumentation.telemetry import Telemetry
from verspan_openai._sessions import Event, Exchange, Session, Switch
from verspan_openai._socket_adapters import RealtimeAdapter

_SETTINGS = frozenset({"session.created", "session.updated"})
_HEARD = "conversation.item.input_audio_transcription.completed"
_MOST_ITEMS = 256  # of what was said and not answered yet


class RealtimeSession(Session):
    """Hears a connection of realtime."""

    def __init__(
        self, switch: Switch, telemetry: Telemetry, adapter: RealtimeAdapter, peer: Peer, model: str | None
    ) -> None:
        super().__init__(switch, telemetry, adapter, peer)
        self._model = model
        self._opened_in = get_current()
        """Where responses belong that nobody asked for."""
        self._settings: dict[str, Any] = {}
        self._said: list[Any] = []
        """The items of the conversation since the last response."""

    def _speak(self, kind: str, event: Event) -> None:
        if kind == "session.update":
            self._settings = {**self._settings, **fields(event.get("session"))}
        elif kind == "conversation.item.create":
            self._say(event.get("item"))
        super()._speak(kind, event)

    def _hear(self, kind: str, event: Event, document: bytes) -> None:
        if kind in _SETTINGS:
            self._settings = {**fields(event.get("session"))}
        elif kind == _HEARD:
            self._say_transcript(text(event.get("transcript")) or "")
        super()._hear(kind, event, document)

    def _say(self, item: Any) -> None:
        self._said = [*self._said, item][-_MOST_ITEMS:]

    def _say_transcript(self, transcript: str) -> None:
        """Add what was heard: to the response that is being given to it, or to the next."""
        item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": transcript}]}
        answered = next(reversed(list(self._begun.values())), None)
        if answered is None:
            self._say(item)
        else:
            answered.asked["items"] = [*answered.asked["items"], item]

    def _ask(self, event: Event) -> None:
        exchange = self._begin(self._known_model(), self._question(fields(event.get("response"))), get_current(), event)
        if exchange is not None:
            self._asked.append(exchange)

    def _create(self, event: Event) -> None:
        super()._create(event)
        exchange = self._of({"response_id": field(event.get("response"), "id")})
        if exchange is not None:  # what the settings are is known by now, though it may not have been when it was asked
            exchange.asked = {**self._settings, **exchange.asked}

    def _unasked(self) -> Exchange | None:
        return self._begin(self._known_model(), self._question({}), self._opened_in)

    def _question(self, own: Event) -> dict[str, Any]:
        """What a response is asked beside the session's settings; where it has an input, that alone."""
        said, self._said = ([], self._said) if "input" in own else (self._said, [])
        return {**own, "items": said}

    def _known_model(self) -> str | None:
        return self._model or text(self._settings.get("model"))

    def _of(self, event: Event) -> Exchange | None:
        return self._begun.get(text(event.get("response_id")) or "")

    def _refused(self, event: Event) -> Exchange | None:
        """The response that an error is about, of those that were asked for: an error may be about anything said."""
        error = fields(event.get("error"))
        event_id = text(error.get("event_id"))
        if event_id is not None:
            return self._no_longer(next((found for found in list(self._asked) if found.event_id == event_id), None))
        about = (text(error.get("code")) or "", text(error.get("param")) or "")
        return self._first_asked(None) if any("response" in word for word in about) else None
