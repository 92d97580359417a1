"""What a client package provides: how to read the client's own objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from verspan.instrumentation.calls import Call, CallInput, Reply


class CallAdapter(Protocol):
    """Turns one kind of call of one client into :class:`Call` and :class:`Reply`.

    Plain functions over plain values: no spans, no OpenTelemetry. An error raised here costs the span some of its
    attributes and is never seen by the application.
    """

    def describe(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call | None:
        """Describe a call before it is sent; None where this is not a call to trace. Consumes no iterator."""
        ...

    def snapshot_input(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bytes:
        """What a call says, as the client's own JSON; asked for only where content may be captured.

        It is taken before the call is sent, because the application may change its list of messages afterwards, and on
        the caller's thread: :func:`verspan.instrumentation.serialising.snapshot` of what is there, and no more.
        """
        ...

    def read_input(self, snapshot: bytes) -> CallInput:
        """The messages, instructions and tools in a snapshot; called later, where nobody waits."""
        ...

    def is_stream(self, response: Any) -> bool:
        """Whether the response is a stream of chunks."""
        ...

    def is_raw(self, response: Any) -> bool:
        """Whether the response is an envelope around one, such as ``with_raw_response`` returns."""
        ...

    def read_response(self, response: Any, reply: Reply) -> None:
        """Fill a reply from a whole response."""
        ...

    def read_chunk(self, chunk: Any, reply: Reply) -> None:
        """Add one chunk of a stream to a reply."""
        ...

    def read_failure(self, failure: BaseException, reply: Reply) -> None:
        """Fill a reply from an exception that holds one, such as an answer that was billed and could not be parsed."""
        ...

    def raw_body(self, response: Any) -> bytes | None:
        """The body in an envelope, decoded; None while it has not been read, because reading it is the caller's."""
        ...

    def read_body(self, body: bytes, response: Any, reply: Reply) -> None:
        """Fill a reply from the body of an envelope, which may be cut short where the caller stopped reading."""
        ...
