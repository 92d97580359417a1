"""What a call said and was answered: taken as it is when it happens, and put into the conventions' shape later.

Shaping a long history takes several times as long as taking it, and where content goes to the local store alone nobody
but the thread that stores it needs the result.
"""

from __future__ import annotations

from itertools import chain
from typing import Any

from verspan.instrumentation.adapter import CallAdapter
from verspan.instrumentation.attributes import input_content, output_content
from verspan.instrumentation.calls import Reply
from verspan.instrumentation.guard import report
from verspan.instrumentation.handover import Packed, ReadyContent


class CallContent:
    """The content of one call; see :class:`verspan.instrumentation.handover.Supplement`."""

    __slots__ = ("_adapter", "_reply", "failure", "request")

    def __init__(self, adapter: CallAdapter, reply: Reply) -> None:
        self._adapter = adapter
        self._reply = reply
        self.request: bytes | None = None
        """What the call says, as the client's own JSON."""
        self.failure: dict[str, bytes] = {}
        """Message and stack trace of what the call raised."""

    @property
    def size(self) -> int:
        """The length of the request and of the answer's text."""
        texts = chain.from_iterable(choice.text for choice in self._reply.choices.values())
        return len(self.request or b"") + sum(map(len, texts))

    def attributes(self) -> dict[str, Any]:
        """None: they are on the span."""
        return {}

    def packed(self) -> Packed:
        """The content in its shape, since an adapter's reply is not made of plain values."""
        return ReadyContent(self.content()).packed()

    def content(self) -> dict[str, bytes]:
        """The content as JSON by attribute name; what cannot be read is left out."""
        found: dict[str, bytes] = {}
        try:
            if self.request is not None:
                found = input_content(self._adapter.read_input(self.request))
            found.update(output_content(self._reply))
        except Exception as error:  # noqa: BLE001 - whatever an adapter stumbles over, the span is kept
            report(error, "reading a call's messages")
        return {**found, **self.failure}
