"""What comes over HTTP and what goes back: JSON within bounds, or a stream of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, TypeAlias

import orjson

from verspan.errors import VerspanError

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Header: TypeAlias = tuple[bytes, bytes]

JSON_TYPE: Final = b"application/json"
STREAM_TYPE: Final = b"text/event-stream"
_READ_OF_TOO_LARGE: Final = 2  # times what is taken
_INPUTS: Final = "inputs"
_PARAMS: Final = "params"


class RefusedError(VerspanError):
    """A request that is not served; the message goes to whoever sent it.

    Args:
        status: the answer's status.
        message: what is wrong with the request.
    """

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


class GoneError(VerspanError):
    """Whoever sent the request has gone before it was there."""


@dataclass(frozen=True)
class Invocation:
    """What the entry point is called with."""

    args: Sequence[Any]
    kwargs: Mapping[str, Any]

    @property
    def inputs(self) -> Any:
        """The same, as a trace shows it."""
        return dict(self.kwargs) if not self.args else {"inputs": self.args[0], **self.kwargs}


def headers_of(scope: Scope) -> dict[str, str]:
    """The request's headers, by name in lower case."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


async def read_body(headers: Mapping[str, str], receive: Receive, most: int) -> bytes:
    """The whole body of a request.

    Of one that is too large as much again is read and forgotten: a client that is cut off while it sends does not see
    the answer.

    Raises:
        RefusedError: it is larger than is taken.
        GoneError: whoever sends it has gone.
    """
    told = headers.get("content-length", "")
    body, size = bytearray(), 0
    more = not told.isdecimal() or int(told) <= _READ_OF_TOO_LARGE * most
    while more and size <= _READ_OF_TOO_LARGE * most:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise GoneError("the client has gone")
        chunk, more = message.get("body", b""), message.get("more_body", False)
        size += len(chunk)
        body += chunk if size <= most else b""
    if size > most or (told.isdecimal() and int(told) > most):
        raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body has more than {most} bytes (--max-body)")
    return bytes(body)


def invocation_from(headers: Mapping[str, str], body: bytes) -> Invocation:
    """What a body asks for.

    ``{"inputs": {…}}`` gives the entry point an argument for each member, ``{"inputs": …}`` of any other value that
    value as its one argument; ``params`` are further arguments by name.

    Raises:
        RefusedError: it is no such JSON.
    """
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type.encode("latin-1", "replace") != JSON_TYPE:
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"send application/json, and not {content_type!r}")
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"the body is no JSON: {error}") from error
    if not isinstance(document, dict) or _INPUTS not in document or document.keys() - {_INPUTS, _PARAMS}:
        raise RefusedError(HTTPStatus.BAD_REQUEST, 'the body is an object with "inputs" and, if need be, "params"')
    inputs, params = document[_INPUTS], document.get(_PARAMS) or {}
    if not isinstance(params, dict):
        raise RefusedError(HTTPStatus.BAD_REQUEST, '"params" is an object')
    return Invocation((), {**inputs, **params}) if isinstance(inputs, dict) else Invocation((inputs,), params)


def to_json(value: Any) -> bytes:
    """An answer as JSON, pydantic's models, dataclasses and NumPy's arrays included.

    Raises:
        TypeError: JSON has no value for something in it.
    """
    return orjson.dumps(value, default=_plain, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS)


def event(data: bytes, kind: str | None = None) -> bytes:
    """One server-sent event."""
    named = b"" if kind is None else b"event: " + kind.encode() + b"\n"
    return named + b"data: " + data + b"\n\n"


async def respond(send: Send, status: HTTPStatus, document: Mapping[str, Any], headers: Sequence[Header]) -> None:
    """Send a whole answer.

    Raises:
        TypeError: JSON has no value for something in it, and nothing has been sent.
    """
    body = to_json(document)
    length = (b"content-length", str(len(body)).encode())
    await begin(send, status, [(b"content-type", JSON_TYPE), length, *headers])
    await send({"type": "http.response.body", "body": body})


async def begin(send: Send, status: HTTPStatus, headers: Sequence[Header]) -> None:
    """Send the beginning of an answer."""
    await send({"type": "http.response.start", "status": int(status), "headers": list(headers)})


def _plain(value: Any) -> Any:
    dump = getattr(value, "model_dump", None)
    if dump is None:
        raise TypeError(f"JSON has no value for a {type(value).__name__}")
    return dump()
