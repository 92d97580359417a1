"""What every surface of the client shares: the request that is about to be sent, and what comes back.

``_request(cls, method, path, *, json, stream)`` gives an object of ``cls``, or a generator of such objects, which sends
the request when the first is asked for. ``json`` is what will be sent, built by the client itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar, NamedTuple

from verspan.instrumentation.calls import Call
from verspan.instrumentation.fields import NO_FIELDS, text
from verspan.instrumentation.plain_adapter import PlainAdapter
from verspan.instrumentation.serialising import snapshot
from verspan.instrumentation.servers import Server, server_at
from verspan.instrumentation.stainless.client import fields_of

PROVIDER = "ollama"
_RAW_ALONE = ("/api/delete", "/api/copy", "/api/blobs/")
_DEFAULT_PORTS = {"https": 443, "http": 80}
_NOT_TAKEN = ("context", "logprobs")  # thousands of numbers


class Sent(NamedTuple):
    """A request that is about to be sent."""

    method: str
    """In lower case."""
    path: str
    """Or a whole address."""
    body: Mapping[str, Any]
    stream: bool


def sent(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Sent | None:
    """The request that the arguments of ``_request`` or ``_request_raw`` describe.

    None where they describe none, and where ``_request_raw`` sends what ``_request`` was asked for.
    """
    is_raw = bool(args) and isinstance(args[0], str)
    given: tuple[Any, ...] = (*(args if is_raw else args[1:]), None, None)
    method, path = given[:2]
    if not isinstance(method, str) or not isinstance(path, str):
        return None
    if is_raw and not path.startswith(_RAW_ALONE):
        return None
    body = kwargs.get("json")
    return Sent(method.lower(), path, body if isinstance(body, dict) else NO_FIELDS, bool(kwargs.get("stream")))


class ClientAdapter(PlainAdapter):
    """Takes requests to some paths; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    paths: ClassVar[Collection[str]] = ()
    operation_name: ClassVar[str]
    content: ClassVar[Collection[str]] = ()
    """The fields of the body that hold what the call says."""

    def describe(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call | None:
        """Describe a request to one of the paths; None for a request to any other."""
        asked = sent(args, kwargs)
        return (
            None if asked is None or asked.path not in self.paths else self.call(instance, asked, self.operation_name)
        )

    def call(self, instance: Any, asked: Sent, operation_name: str) -> Call:
        """The call that a request of a client is."""
        server = _server(instance, asked.path)
        return Call(operation_name, PROVIDER, text(asked.body.get("model")), server.address, server.port, asked.stream)

    def snapshot_request(
        self,
        instance: Any,  # noqa: ARG002 - of the protocol
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        content: bool,
    ) -> bytes:
        """The body of the request, as it is about to be sent."""
        asked = sent(args, kwargs)
        body = NO_FIELDS if asked is None else asked.body
        left_out = _NOT_TAKEN if content else (*_NOT_TAKEN, *self.content)
        return snapshot({name: body[name] for name in body if name not in left_out}, fields_of)

    def snapshot_response(self, response: Any) -> bytes:
        """A response or a chunk as the JSON that it was made of."""
        own = fields_of(response)
        return snapshot(
            {name: own[name] for name in own if own[name] is not None and name not in _NOT_TAKEN}, fields_of
        )


def _server(client: Any, path: str) -> Server:
    if not path.startswith("/"):
        return server_at(path)
    url = client._client.base_url  # noqa: SLF001 - the client tells its address nowhere else
    return Server(url.host or None, url.port or _DEFAULT_PORTS.get(url.scheme))
