"""Ended spans into this process's segments, on the threads that end them.

No lock is held while a file is written; one is while a span is copied into a mapped one, which waits for nothing. A
thread takes the segment that is there, writes, and lets go; when the segment is full another takes its place, and the
full one is closed by the last thread that was still writing to it. Where the folder takes nothing, spans wait in memory
until it does.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from opentelemetry.sdk.trace import ReadableSpan

from verspan.instrumentation.handover import Supplement
from verspan.redaction.active import active_redactor
from verspan.redaction.spans import redacted_span
from verspan.redaction.supplements import redacted_supplement
from verspan.spool.delivery import Destination
from verspan.spool.destinations import make_folder
from verspan.spool.mapped import CAPACITY, LARGEST_PAYLOAD, MappedSegmentWriter, can_map
from verspan.spool.memory import MemoryQueue
from verspan.spool.origins import Origins
from verspan.spool.packing import pack_span
from verspan.spool.reading import Segment
from verspan.spool.segments import SegmentWriter
from verspan.spool.sessions import Session

Writer = MappedSegmentWriter | SegmentWriter
AnyWriter = TypeVar("AnyWriter", MappedSegmentWriter, SegmentWriter)


class Appender:
    """Takes ended spans on any thread; what it says of files is for the one thread that delivers."""

    def __init__(
        self,
        folder: Path,
        destination: Destination,
        *,
        segment_bytes: int,
        keeps_content: bool,
        on_full: Callable[[], object] = lambda: None,
    ) -> None:
        """Touch nothing yet.

        Args:
            folder: the destination's folder, which is made for the first span.
            destination: where its spans go.
            segment_bytes: how large a segment may become, about.
            keeps_content: see :func:`~verspan.spool.packing.pack_span`.
            on_full: called when a segment is full, on the thread that filled it.
        """
        self._folder = folder
        self._destination = destination
        self._segment_bytes = segment_bytes
        self._keeps_content = keeps_content
        self._on_full = on_full
        self._origins = Origins()
        self._begin()

    def _begin(self) -> None:
        self.memory = MemoryQueue(self._origins)
        self.segments: list[Segment] = []
        """The segments that are not removed yet, oldest first."""
        self.trouble: OSError | None = None
        """Why spans are not written to disk; None where they are."""
        self._session: Session | None = None
        self._writer: Writer | None = None
        self._spare: MappedSegmentWriter | None = None
        # Reentrant, because the garbage collector may run in the middle of opening and end another span.
        self._lock = threading.RLock()
        self._is_opening = False

    @property
    def session_name(self) -> str:
        """The name of this process's session; empty before there is one."""
        return self._session.name if self._session is not None else ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing of this process's is there that could wait."""
        return not self.segments and not self.memory

    def staying(self) -> int:
        """How many spans of this process wait on disk; asked at its end, beside the thread that delivers."""
        spans = 0
        for segment in list(self.segments):
            with suppress(OSError):  # it has been removed meanwhile
                spans += Segment(segment.path, sets_aside=False).waiting()
        return spans

    def add(self, span: ReadableSpan, supplement: Supplement | None) -> None:
        """Write a span, redacted, or hold it in memory where it cannot be written.

        Raises:
            InvalidArgumentError: it was not started or not ended.
        """
        if active_redactor() is not None:
            span, supplement = redacted_span(span), redacted_supplement(supplement)
        number = self._origins.number_of(span)
        payload = pack_span(span, supplement, number, keeps_content=self._keeps_content)
        writer = self._writer or self._first_writer()
        if writer is not None:
            try:
                self._write(writer, payload, number)
            except OSError as error:
                self._give_up(writer, error)
            else:
                return
        self.memory.add(payload, number)

    def mend(self) -> None:
        """Where the folder took nothing, try again; what waits in memory is written once it does."""
        if self.trouble is None and not self.memory:
            return
        try:
            with self._lock:
                self._writer = writer = self._writer or self._new_writer()
            self.memory.spill(partial(self._write, writer))
        except OSError as error:
            self.trouble = error
            self.end()
        else:
            self.trouble = None

    def prepare(self) -> None:
        """Make the next segment while nobody waits for it, once the one that is there fills."""
        writer, session = self._writer, self._session
        if self._spare is not None or session is None or not isinstance(writer, MappedSegmentWriter):
            return
        if writer.size > CAPACITY // 4:
            with suppress(OSError):  # the thread that needs it will find out, and see what else can be done
                self._spare = MappedSegmentWriter(session.new_segment())
                self._spare.populate()

    def seal(self) -> None:
        """Write no more to the segment that is there; the next span begins another."""
        self._writer = None

    def end(self) -> None:
        """Begin anew with the next span, where nothing of this process waits."""
        with self._lock:  # or a segment that another thread begins meanwhile would be left with the others
            self.seal()
            if not self.segments:
                self.leave()

    def leave(self) -> None:
        """Leave what waits to whoever adopts it."""
        self.seal()
        self.segments = []
        spare, self._spare = self._spare, None
        if spare is not None:
            spare.remove()
        session, self._session = self._session, None
        if session is not None:
            session.end()

    def forget_segments(self, removed: Iterable[Segment]) -> None:
        """Let go of segments that have been removed; where somebody else removed the one that is there, begin anew."""
        for segment in removed:
            if segment in self.segments:
                self.segments.remove(segment)  # one at a time, since another thread may be adding one
                if self._writer is not None and self._writer.path == segment.path:
                    self.end()

    def forget(self) -> None:
        """Begin with nothing, in a forked child: everything so far is its parent's."""
        session = self._session
        self._begin()
        if session is not None:
            session.leave()

    def _write(self, writer: Writer, payload: bytes, origin: int) -> None:
        if not (writer.append(payload) if origin in writer.origins else self._put(writer, payload, origin)):
            self._write_elsewhere(writer, payload, origin)
        elif writer.size > self._segment_bytes and writer is self._writer:
            self._rotate(writer)

    def _write_elsewhere(self, full: Writer, payload: bytes, origin: int) -> None:
        if len(payload) <= LARGEST_PAYLOAD:
            with self._lock:
                if self._writer is full:
                    self._writer = self._new_writer()
                    self._on_full()
                following = self._writer
            if following is not None and self._put(following, payload, origin):
                return
        self._put(self._begun(SegmentWriter(self._new_path())), payload, origin)

    def _put(self, writer: Writer, payload: bytes, origin: int) -> bool:
        if origin not in writer.origins and not writer.append_origin(origin, self._origins.payload(origin)):
            return False
        return writer.append(payload)

    def _first_writer(self) -> Writer | None:
        if self.trouble is not None:
            return None
        with self._lock:
            if self._writer is None and not self._is_opening:
                self._is_opening = True
                try:
                    self._writer = self._new_writer()
                except OSError as error:
                    self.trouble = error
                finally:
                    self._is_opening = False
            return self._writer

    def _rotate(self, full: Writer) -> None:
        if not self._lock.acquire(blocking=False):
            return  # another thread sees to it
        try:
            if self._writer is full:
                self._writer = self._new_writer()
                self._on_full()
        except OSError as error:
            self._give_up(full, error)
        finally:
            self._lock.release()

    def _new_writer(self) -> Writer:
        spare, self._spare = self._spare, None
        if spare is not None:
            return self._begun(spare)
        path = self._new_path()
        if self._segment_bytes >= CAPACITY and can_map(self._folder):
            with suppress(OSError):  # there may still be space for a span, if not for a whole segment
                return self._begun(MappedSegmentWriter(path))
        return self._begun(SegmentWriter(path))

    def _new_path(self) -> Path:
        if self._session is None:
            make_folder(self._folder, self._destination)
            self._session = Session.begin(self._folder)
        return self._session.new_segment()

    def _begun(self, writer: AnyWriter) -> AnyWriter:
        reference = weakref.ref(writer)
        self.segments.append(Segment(writer.path, lambda: reference() is None, lambda: _written_to(reference())))
        return writer

    def _give_up(self, writer: Writer, error: OSError) -> None:
        self.trouble = error
        if self._writer is writer:
            self._writer = None


def _written_to(writer: Writer | None) -> int | None:
    """How much of a mapped segment is written; of any other, the file itself tells."""
    return writer.size if isinstance(writer, MappedSegmentWriter) else None
