"""The responses that are asked for and given over one connection of the responses API."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any, Protocol

import orjson
from opentelemetry.context import Context, get_current
from opentelemetry.instrumentation.utils import is_instrumentation_enabled

from verspan.instrumentation.calls import Call
from verspan.instrumentation.fields import NO_FIELDS, field, fields, text
from verspan.instrumentation.lifecycle import CallRun
from verspan.instrumentation.serialising import MAX_CONTENT_BYTES
from verspan.instrumentation.stainless.client import Peer
from verspan.instrumentation.telemetry import Telemetry
from verspan_openai._socket_adapters import ResponsesSocketAdapter

_ENDS = frozenset({"response.done", "response.completed", "response.failed", "response.incomplete"})

Event = Mapping[str, Any]


class Switch(Protocol):
    """What says whether calls are to be traced."""

    active: bool


class Exchange:
    """One response, from the event that asks for it to the one that ends it."""

    def __init__(self, run: CallRun, asked: dict[str, Any], *, lane: Any, event_id: str | None) -> None:
        self.asked = asked
        """What is asked, as the adapter takes it."""
        self.lane = lane
        """Which of several lines of responses over one connection it is in; None where there is one."""
        self.event_id = event_id
        self._run = run
        self._size = 0

    def take(self, kind: str, document: bytes) -> None:
        """Take an event of a response that goes on: of a very long one the beginning, and of sound nothing."""
        if kind.endswith(".delta"):
            self._run.note_chunk()
        self._size += len(document)
        if self._run.read and self._size <= MAX_CONTENT_BYTES and not kind.endswith("audio.delta"):
            self._run.answer.documents.append(document)

    def end(self, document: bytes | None = None, failure: BaseException | None = None) -> None:
        """End with the event that holds all of the response; else, cut or failed, with what came until now."""
        if document is not None and self._run.read:
            self._run.answer.documents[:] = [document]
        self._run.take_request(self.asked, (), {})
        self._run.finish(failure)


class Session:
    """Hears a connection; see :class:`verspan.instrumentation.sockets.Listener`.

    Its containers are changed by one operation at a time, since an application may send and receive in two threads.
    """

    def __init__(
        self,
        switch: Switch,
        telemetry: Telemetry,
        adapter: ResponsesSocketAdapter,
        peer: Peer,
    ) -> None:
        self._switch = switch
        self._telemetry = telemetry
        self._adapter = adapter
        self._peer = peer
        self._asked: deque[Exchange] = deque()
        """Asked for and not begun."""
        self._begun: dict[str, Exchange] = {}
        """By the response's id."""

    def sent(self, message: Any) -> None:
        """Begin a response, where the event asks for one."""
        event = _event(message)
        self._speak(text(event.get("type")) or "", event)

    def received(self, message: str | bytes) -> None:
        """Tell whichever response an event belongs to."""
        document = message.encode() if isinstance(message, str) else message
        event = _event(document)
        self._hear(text(event.get("type")) or "", event, document)

    def failed(self, failure: BaseException) -> None:
        """End what is under way, where the connection is over."""
        from websockets.exceptions import ConnectionClosed, ConnectionClosedOK  # here: whoever has a connection has it

        if isinstance(failure, ConnectionClosed):
            self._end_all(None if isinstance(failure, ConnectionClosedOK) else failure)

    def closed(self) -> None:
        """End what is under way: it was cut."""
        self._end_all(None)

    def _speak(self, kind: str, event: Event) -> None:
        if kind == "response.create":
            self._ask(event)

    def _hear(self, kind: str, event: Event, document: bytes) -> None:
        if kind == "error":
            exchange = self._refused(event)
            if exchange is not None:
                exchange.end(document)
        elif kind == "response.created":
            self._create(event)
        elif kind in _ENDS:
            exchange = self._begun.pop(_response_id(event), None)
            if exchange is not None:
                exchange.end(document)
        elif kind.startswith("response."):
            exchange = self._of(event)
            if exchange is not None:
                exchange.take(kind, document)

    def _ask(self, event: Event) -> None:
        asked = {name: event[name] for name in event if name != "type"}
        exchange = self._begin(text(event.get("model")), asked, get_current(), event)
        if exchange is not None:
            self._asked.append(exchange)

    def _begin(
        self, model: str | None, asked: dict[str, Any], parent: Context, event: Event = NO_FIELDS
    ) -> Exchange | None:
        if not self._switch.active or (parent and not is_instrumentation_enabled()):
            return None
        peer = self._peer
        call = Call("chat", peer.provider_name, model, peer.address, peer.port, stream=True)
        run = CallRun(self._telemetry, self._adapter, call, parent)
        return Exchange(run, asked, lane=event.get("stream_id"), event_id=text(event.get("event_id")))

    def _create(self, event: Event) -> None:
        exchange = self._first_asked(event.get("stream_id")) or self._unasked()
        if exchange is not None:
            self._begun[_response_id(event)] = exchange

    def _unasked(self) -> Exchange | None:
        """The response that the provider begins by itself; this API begins none."""
        return None

    def _first_asked(self, lane: Any) -> Exchange | None:
        """The response that was asked for first in a lane, which waits no longer."""
        return self._no_longer(next((found for found in list(self._asked) if found.lane == lane), None))

    def _no_longer(self, exchange: Exchange | None) -> Exchange | None:
        if exchange is not None:
            self._asked.remove(exchange)
        return exchange

    def _of(self, event: Event) -> Exchange | None:
        """The response that an event belongs to: most of this API's name its lane and no id."""
        lane = event.get("stream_id")
        return next((found for found in list(self._begun.values()) if found.lane == lane), None)

    def _refused(self, event: Event) -> Exchange | None:
        """The response that an error ends: the one that goes on in its lane, or else was asked for first there."""
        exchange = self._of(event)
        if exchange is None:
            return self._first_asked(event.get("stream_id"))
        for name in [name for name, found in list(self._begun.items()) if found is exchange]:
            self._begun.pop(name, None)
        return exchange

    def _end_all(self, failure: BaseException | None) -> None:
        while self._asked:
            self._asked.popleft().end(failure=failure)
        while self._begun:
            self._begun.popitem()[1].end(failure=failure)


def _response_id(event: Event) -> str:
    return text(field(event.get("response"), "id")) or ""


def _event(message: Any) -> Event:
    """The event that a message is; without fields where it is none."""
    try:
        return fields(orjson.loads(message))
    except (TypeError, ValueError):
        return NO_FIELDS
