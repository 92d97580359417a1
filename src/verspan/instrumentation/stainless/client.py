"""What every surface of a client shares: the request as it is about to be sent, whose server answers, raw envelopes.

All calls, sync or async, streamed or raw, parsed or not, go once through the client's
``request(cast_to, options, *, stream, stream_cls)``, with its retries inside. ``options`` holds the body that will be
sent, built by the client itself: iterators of the caller are consumed by then and sentinels dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from importlib import import_module
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit
from weakref import ref

from verspan.instrumentation.fields import NO_FIELDS


class Peer(NamedTuple):
    """Who answers a client's requests."""

    provider_name: str
    address: str | None
    port: int | None


class Sent(NamedTuple):
    """A request that is about to be sent."""

    method: str
    """In lower case."""
    path: str
    body: Mapping[str, Any]
    """Its JSON object, ``extra_body`` included; empty where it has none."""
    query: Mapping[str, Any]


class _KnownPeer(NamedTuple):
    """What was found out of a client."""

    client: ref[Any]
    base_url: Any
    peer: Peer


class _Types(NamedTuple):
    """The client's own types, which are there once a client is."""

    streams: tuple[type, ...]
    envelopes: tuple[type, ...]
    models: tuple[type, ...]


_DEFAULT_PORTS = {"https": 443, "http": 80, "wss": 443, "ws": 80}
_ABSOLUTE = ("https://", "http://")


class StainlessClient:
    """One client package: its types, and who answers its requests."""

    def __init__(self, package: str, provider_of: Callable[[Any, str | None], str]) -> None:
        """Import nothing yet.

        Args:
            package: the client's import name.
            provider_of: gives the provider's name by the conventions, from a client (None where only an address is
                known) and the host that it asks.
        """
        self._package = package
        self._provider_of = provider_of
        # By the client's identity, until it is gone; a dictionary of weak keys would make a reference on each call.
        self._peers: dict[int, _KnownPeer] = {}

    @cached_property
    def _types(self) -> _Types:
        module, streaming = import_module(self._package), import_module(f"{self._package}._streaming")
        envelopes = [import_module(f"{self._package}._response").BaseAPIResponse]
        if hasattr(module, "_legacy_response"):  # clients that had other envelopes before have both
            envelopes.append(module._legacy_response.LegacyAPIResponse)  # noqa: SLF001 - there is no other way to it
        return _Types(
            streams=(streaming.Stream, streaming.AsyncStream),
            envelopes=tuple(envelopes),
            models=(import_module(f"{self._package}._models").BaseModel,),
        )

    def peer(self, client: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Peer:
        """Who answers a request: the client's server, or the one whose whole address the request has.

        Args:
            client: the client.
            args: the positional arguments of its ``request``.
            kwargs: its keyword arguments.
        """
        options = args[1] if len(args) > 1 else kwargs.get("options")
        url = getattr(options, "url", None)
        if isinstance(url, str) and url.startswith(_ABSOLUTE):
            return self.peer_at(urlsplit(url))
        return self._peer_of(client)

    def peer_at(self, url: SplitResult) -> Peer:
        """Who answers at an absolute address, whichever client asks there."""
        provider_name = self._provider_of(None, url.hostname)
        return Peer(provider_name, url.hostname, url.port or _DEFAULT_PORTS.get(url.scheme))

    def _peer_of(self, client: Any) -> Peer:
        # The client computes its address anew on every access; this is what it computes it from.
        base_url = getattr(client, "_base_url", None)
        key, peers = id(client), self._peers
        known = peers.get(key)
        if known is not None and known.client() is client and known.base_url is base_url:
            return known.peer
        url = client.base_url
        host = url.host or None
        found = Peer(self._provider_of(client, host), host, url.port or _DEFAULT_PORTS.get(url.scheme))
        if base_url is not None:
            peers[key] = _KnownPeer(ref(client, lambda _: peers.pop(key, None)), base_url, found)
        return found

    def is_stream(self, response: Any) -> bool:
        """Whether the client gave back a stream of chunks."""
        return isinstance(response, self._types.streams)

    def is_raw(self, response: Any) -> bool:
        """Whether the client gave back an envelope: ``with_raw_response``, ``with_streaming_response``."""
        return isinstance(response, self._types.envelopes)

    def http_response(self, response: Any) -> Any:
        """The httpx response that a stream or an envelope reads from; None where it has none."""
        return getattr(response, "response" if self.is_stream(response) else "http_response", None)

    def own_fields(self, response: Any) -> Mapping[str, Any]:
        """The fields of a model or a JSON object; none where a response is neither, such as one that is binary."""
        if isinstance(response, dict):
            return response
        return fields_of(response) if isinstance(response, self._types.models) else NO_FIELDS


def body_posted_to(
    path: str | tuple[str, ...], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """The JSON object that a request is about to post to an endpoint, ``extra_body`` included.

    Args:
        path: the end of the endpoint's path, or of several; the caller may have spelled a longer one, or a query.
        args: the positional arguments of the client's ``request``.
        kwargs: its keyword arguments.

    Returns:
        None where it is a request to another endpoint, and nothing where its body is no object.
    """
    options = args[1] if len(args) > 1 else kwargs.get("options")
    url = getattr(options, "url", None)
    if not isinstance(url, str) or str(getattr(options, "method", "")).lower() != "post":
        return None
    if not url.partition("?")[0].endswith(path):
        return None
    body = getattr(options, "json_data", None)
    extra = getattr(options, "extra_json", None)
    if type(body) is not dict and not isinstance(body, Mapping):
        body = NO_FIELDS
    return {**body, **extra} if extra else body


def sent(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Sent | None:
    """The request that the arguments of the client's ``request`` describe; None where they describe none."""
    options = args[1] if len(args) > 1 else kwargs.get("options")
    url = getattr(options, "url", None)
    if not isinstance(url, str):
        return None
    path = urlsplit(url).path.rstrip("/")
    params = getattr(options, "params", None)
    query = params if isinstance(params, Mapping) else NO_FIELDS
    body = body_posted_to("", args, kwargs) or NO_FIELDS
    return Sent(str(getattr(options, "method", "")).lower(), path, body, query)


def fields_of(model: Any) -> Any:
    """The fields of one of the client's models, declared by this version of the client or not; else what it shows as.

    The client builds its models without validating them, so they hold what the server sent.
    """
    own = getattr(model, "__dict__", None)
    if own is None:
        return repr(model)
    undeclared = getattr(model, "__pydantic_extra__", None)  # pydantic 1 keeps these in `__dict__`
    return {**own, **undeclared} if undeclared else own
