"""What every surface of the client shares: the request as it is about to be sent, whose server answers, raw envelopes.

All calls, sync or async, streamed or raw, parsed or not, on Azure or not, go once through the client's
``request(cast_to, options, *, stream, stream_cls)``, with its retries inside. ``options`` holds the body that will be
sent, built by the client itself: iterators of the caller are consumed by then and sentinels dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit
from weakref import ref

from verspan.instrumentation.fields import NO_FIELDS
from verspan_openai._hosts import AZURE, provider_at


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

    azure_clients: tuple[type, ...]
    streams: tuple[type, ...]
    envelopes: tuple[type, ...]
    models: tuple[type, ...]


_DEFAULT_PORTS = {"https": 443, "http": 80, "wss": 443, "ws": 80}
_ABSOLUTE = ("https://", "http://")
_peers: dict[int, _KnownPeer] = {}
"""By the client's identity, until the client is gone; a dictionary of weak keys would make a reference on each call."""


@cache
def _types() -> _Types:
    import openai
    from openai._legacy_response import LegacyAPIResponse
    from openai._response import BaseAPIResponse

    return _Types(
        azure_clients=(openai.AzureOpenAI, openai.AsyncAzureOpenAI),
        streams=(openai.Stream, openai.AsyncStream),
        envelopes=(LegacyAPIResponse, BaseAPIResponse),
        models=(openai.BaseModel,),
    )


def _peer_at(client: Any, url: Any) -> Peer:
    host = url.host or None
    provider_name = AZURE if isinstance(client, _types().azure_clients) else provider_at(host)
    return Peer(provider_name, host, url.port or _DEFAULT_PORTS.get(url.scheme))


def peer_at(url: SplitResult) -> Peer:
    """Who answers at an absolute address, whichever client asks there."""
    return Peer(provider_at(url.hostname), url.hostname, url.port or _DEFAULT_PORTS.get(url.scheme))


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


def peer(client: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Peer:
    """Who answers a request: the client's server, or the one whose whole address the request has.

    Args:
        client: the client.
        args: the positional arguments of its ``request``.
        kwargs: its keyword arguments.
    """
    options = args[1] if len(args) > 1 else kwargs.get("options")
    url = getattr(options, "url", None)
    if isinstance(url, str) and url.startswith(_ABSOLUTE):
        return peer_at(urlsplit(url))
    return _peer_of(client)


def _peer_of(client: Any) -> Peer:
    # The client computes its address anew on every access; this is what it computes it from.
    base_url = getattr(client, "_base_url", None)
    key = id(client)
    known = _peers.get(key)
    if known is not None and known.client() is client and known.base_url is base_url:
        return known.peer
    found = _peer_at(client, client.base_url)
    if base_url is not None:
        _peers[key] = _KnownPeer(ref(client, lambda _: _peers.pop(key, None)), base_url, found)
    return found


def is_stream(response: Any) -> bool:
    """Whether the client gave back a stream of chunks."""
    return isinstance(response, _types().streams)


def is_raw(response: Any) -> bool:
    """Whether the client gave back an envelope: ``with_raw_response``, ``with_streaming_response``."""
    return isinstance(response, _types().envelopes)


def http_response(response: Any) -> Any:
    """The httpx response that a stream or an envelope reads from; None where it has none."""
    return getattr(response, "response" if is_stream(response) else "http_response", None)


def own_fields(response: Any) -> Mapping[str, Any]:
    """The fields of a model or a JSON object; none where a response is neither, such as one that is binary."""
    if isinstance(response, dict):
        return response
    return fields_of(response) if isinstance(response, _types().models) else NO_FIELDS


def fields_of(model: Any) -> Any:
    """The fields of one of the client's models, declared by this version of the client or not; else what it shows as.

    The client builds its models without validating them, so they hold what the server sent.
    """
    own = getattr(model, "__dict__", None)
    if own is None:
        return repr(model)
    undeclared = getattr(model, "__pydantic_extra__", None)  # pydantic 1 keeps these in `__dict__`
    return {**own, **undeclared} if undeclared else own
