"""What came back from a call, kept as it came until somebody reads it.

Theory of operation: reading a chunk as it passes costs several times what the client's own loop leaves to notice, and
nobody needs the result before the stream ends. So a stream's bytes are kept as the network gave them, which costs
nothing for each chunk, together with the number of chunks that the application was given: what the client had buffered
beyond those when the application stopped is no part of the answer. A long stream is read in blocks, so that what is
kept stays small.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from verspan.instrumentation.adapter import CallAdapter
from verspan.instrumentation.calls import Reply
from verspan.instrumentation.events import events
from verspan.instrumentation.serialising import MAX_CONTENT_BYTES, from_snapshot
from verspan.instrumentation.stand_ins import lightened_document
from verspan.instrumentation.tails import TAIL_BYTES, fields_at_end

BLOCK_BYTES = 1 << 18
"""How much of a stream is kept before it is read: about a thousand chunks."""


class Answer:
    """JSON documents, one for a whole response or one for each chunk; or the bytes of a stream of events."""

    __slots__ = (
        "_adapter",
        "_captures",
        "_counts",
        "_pieces",
        "_read_at",
        "_read_events",
        "_reply",
        "_size",
        "_tail",
        "delivered",
        "documents",
    )

    def __init__(self, adapter: CallAdapter, *, capture_content: bool) -> None:
        self._adapter = adapter
        self._captures = capture_content
        self._reply: Reply | None = None
        self._pieces: list[bytes] = []
        self._size = 0
        self._tail = b""
        self._read_at = BLOCK_BYTES
        self._read_events = 0
        self._counts = False
        self.documents: list[bytes] = []
        """JSON that came as a whole; what is cut short is not read."""
        self.delivered = 0
        """How many events the application was given, where they are counted."""

    @property
    def reply(self) -> Reply:
        """What has been read so far."""
        if self._reply is None:
            self._reply = Reply(self._captures)
        return self._reply

    @property
    def plain(self) -> tuple[list[bytes], bytes, int | None] | None:
        """Documents, events and how many of these count; None once part of a long stream has been read."""
        if self._read_events:
            return None
        self._lighten()
        return self.documents, b"".join(self._pieces), self.delivered if self._counts else None

    @classmethod
    def of(cls, adapter: CallAdapter, plain: tuple[list[bytes], bytes, int | None], *, capture_content: bool) -> Answer:
        """The answer that :attr:`plain` gave."""
        answer = cls(adapter, capture_content=capture_content)
        answer.documents, piece, delivered = plain
        answer._pieces = [piece]
        if delivered is not None:
            answer.count_delivered()
            answer.delivered = delivered
        return answer

    def count_delivered(self) -> None:
        """Have only those events count that the application was given; all do where it reads the bytes itself."""
        self._counts = True

    def count_all(self) -> None:
        """Have all events count: the application was given every chunk that there is, of whichever events made."""
        self._counts = False

    def add_events(self, piece: bytes) -> None:
        """Keep the next bytes of a stream of events."""
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size > self._read_at:
            self._read_block()

    def add_body(self, piece: bytes) -> None:
        """Keep the next bytes of a whole response; of one that is larger than content may be, its end alone."""
        self._size += len(piece)
        if self._size > MAX_CONTENT_BYTES:
            self._tail = b"".join((self._tail, *self.documents, piece))[-TAIL_BYTES:]
            self.documents = []
        elif self.documents:
            self.documents[0] += piece
        else:
            self.documents.append(piece)

    def may_tell(self, marks: Sequence[bytes]) -> bool:
        """Whether what came may tell of a failure: it has one of these marks, or was read and did."""
        if self._reply is not None and self._reply.failure is not None:
            return True
        came = (*self.documents, b"".join(self._pieces))
        return any(mark in document for document in came for mark in marks)

    def read(self) -> Reply:
        """The reply, from all that came; what is kept is given up."""
        self._lighten()
        for document in self.documents:
            try:
                body = from_snapshot(document)
            except ValueError:  # the application stopped reading before the end
                continue
            self._adapter.read_reply(body, self.reply)
        self._read_block()
        self.documents, self._pieces = [], []
        return self.reply

    def _lighten(self) -> None:
        """Have documents be no longer than they must: of a body its end, of any other no large content."""
        tail, self._tail = self._tail, b""
        document = fields_at_end(tail)
        if document is not None:
            self.documents.append(document)
        self.documents = [
            document if len(document) <= MAX_CONTENT_BYTES else lightened_document(document)
            for document in self.documents
        ]

    def _read_block(self) -> None:
        body = b"".join(self._pieces)
        left = self.delivered - self._read_events if self._counts else None
        end = 0
        for event in islice(events(body), left):
            self._adapter.read_reply(event.data, self.reply)
            self._read_events += 1
            end = event.end
        self._pieces = [body[end:]]
        self._size = len(body) - end
        self._read_at = max(BLOCK_BYTES, 2 * self._size)  # or one huge event would be looked through with every piece
