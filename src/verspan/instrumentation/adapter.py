"""What a client package provides: how to take the client's own objects as they pass, and how to read them later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points
from typing import Any, Protocol

from verspan.errors import InvalidArgumentError
from verspan.instrumentation.calls import Call, CallInput, Reply, Request

ENTRY_POINT_GROUP = "verspan_adapter"
"""Where a member registers its adapters by their names, so that another process can read what they took."""


class CallAdapter(Protocol):
    """Takes one kind of call of one client as JSON, and turns that JSON into :class:`Request` and :class:`Reply`.

    What takes runs on the caller's thread, for every call, and does no more than it must. What reads runs later, most
    often on another thread, and sees nothing but JSON: no client, no version of it, no objects that change. No spans
    and no OpenTelemetry in either. An error raised here costs the span some of its attributes and is never seen by the
    application.
    """

    name: str
    """Under which it is registered as an entry point in :data:`ENTRY_POINT_GROUP`."""
    failure_marks: Sequence[bytes]
    """Of what an answer holds if it may tell of a failure without raising an exception; none where none does.

    Only an answer that has one of them is read while the application waits, since a failed span has to end as one.
    """

    # -- taking --------------------------------------------------------------------------------------------------------

    def describe(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call | None:
        """Describe a call before it is sent; None where this is not a call to trace. Consumes no iterator."""
        ...

    def snapshot_request(
        self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], *, content: bool
    ) -> bytes:
        """The request as the client's own JSON, as it is now: the application may change its list of messages later.

        Args:
            instance: the object whose method is called.
            args: the method's positional arguments.
            kwargs: the method's keyword arguments.
            content: whether what the call says may be captured; where not, none of it is in the result.
        """
        ...

    def snapshot_response(self, response: Any) -> bytes:
        """A whole response, or one chunk of a stream, as JSON."""
        ...

    def is_stream(self, response: Any) -> bool:
        """Whether the response is a stream of chunks; so is every other of its type."""
        ...

    def is_raw(self, response: Any) -> bool:
        """Whether the response is an envelope around one, such as ``with_raw_response`` returns; likewise."""
        ...

    def http_response(self, response: Any) -> Any:
        """The httpx response that a stream or an envelope reads from; None where there is none to overhear.

        Each server-sent event of it is one chunk of the stream.
        """
        ...

    def answer_in(self, failure: BaseException) -> Any:
        """The response that an exception holds, such as an answer that was billed and could not be parsed; or None."""
        ...

    # -- reading -------------------------------------------------------------------------------------------------------

    def read_request(self, body: Any) -> Request:
        """The parameters in the JSON of a request."""
        ...

    def read_input(self, body: Any) -> CallInput:
        """The messages, instructions and tools in the JSON of a request."""
        ...

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from the JSON of a whole response, or add that of one chunk to it."""
        ...


class FollowingAdapter(CallAdapter, Protocol):
    """An adapter that sees a response to its end by itself, where that holds a stream and is none.

    Of such an adapter ``is_stream``, ``is_raw`` and ``http_response`` are not asked.
    """

    def follow(self, response: Any, run: Any) -> Any:
        """Have a response taken for a call, now or while the application reads it, and the call finished in the end.

        Args:
            response: what the client gave.
            run: the call, a :class:`verspan.instrumentation.lifecycle.CallRun`.

        Returns:
            What the application is to hold, of the same type.
        """
        ...


_known: dict[str, CallAdapter | None] = {}


def know_adapter(adapter: CallAdapter) -> None:
    """Have calls that an adapter took in this process read by it."""
    _known[adapter.name] = adapter


def adapter_named(name: str) -> CallAdapter:
    """The adapter of that name: one that this process uses, or else the one that a member registers.

    Raises:
        InvalidArgumentError: no installed package registers it.
    """
    if name not in _known:
        found = next(iter(entry_points(group=ENTRY_POINT_GROUP, name=name)), None)
        _known[name] = found.load()() if found is not None else None
    adapter = _known[name]
    if adapter is None:
        package = f"verspan-{name.partition('.')[0]}"
        raise InvalidArgumentError(f"no installed package reads calls of the kind {name!r}: pip install {package}")
    return adapter
