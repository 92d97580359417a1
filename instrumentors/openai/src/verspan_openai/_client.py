"""What every surface of the client shares: the request as it is about to be sent, whose server answers, raw envelopes.

All calls, sync or async, streamed or raw, parsed or not, on Azure or not, go once through the client's
``request(cast_to, options, *, stream, stream_cls)``, with its retries inside. ``options`` holds the body that will be
sent, built by the client itself: iterators of the caller are consumed by then and sentinels dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import orjson

from verspan_openai._fields import NO_FIELDS


class Peer(NamedTuple):
    """Who answers a client's requests."""

    provider_name: str
    address: str | None
    port: int | None


class _Types(NamedTuple):
    """The client's own types, which are there once a client is."""

    azure_clients: tuple[type, ...]
    streams: tuple[type, ...]
    envelopes: tuple[type, ...]


AZURE_HOSTS = (".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com")
_DEFAULT_PORTS = {"https": 443, "http": 80}
_peers: WeakKeyDictionary[Any, tuple[Any, Peer]] = WeakKeyDictionary()


@cache
def _types() -> _Types:
    import openai
    from openai._legacy_response import LegacyAPIResponse
    from openai._response import BaseAPIResponse

    return _Types(
        azure_clients=(openai.AzureOpenAI, openai.AsyncAzureOpenAI),
        streams=(openai.Stream, openai.AsyncStream),
        envelopes=(LegacyAPIResponse, BaseAPIResponse),
    )


def _peer_at(client: Any, url: Any) -> Peer:
    host = url.host or None
    is_azure = isinstance(client, _types().azure_clients) or (host or "").endswith(AZURE_HOSTS)
    return Peer("azure.ai.openai" if is_azure else "openai", host, url.port or _DEFAULT_PORTS.get(url.scheme))


def request_options(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """The client's description of a request, out of the arguments of its ``request``; None where there is none."""
    return args[1] if len(args) > 1 else kwargs.get("options")


def is_post_to(options: Any, path: str) -> bool:
    """Whether a request posts to an endpoint, also where the caller spelled a longer path or a query."""
    url = getattr(options, "url", None)
    if not isinstance(url, str) or str(getattr(options, "method", "")).lower() != "post":
        return False
    return url.partition("?")[0].endswith(path)


def request_body(options: Any) -> Mapping[str, Any]:
    """The JSON object that will be sent, ``extra_body`` included; empty where the body is none."""
    body = getattr(options, "json_data", None)
    extra = getattr(options, "extra_json", None)
    if type(body) is not dict and not isinstance(body, Mapping):
        body = NO_FIELDS
    return {**body, **extra} if extra else body


def peer(client: Any) -> Peer:
    """Who answers a client's requests: its server, and the provider by the conventions' name.

    A compatible host keeps the flavour of the client that calls it.
    """
    # The client computes its address anew on every access; this is what it computes it from.
    base_url = getattr(client, "_base_url", None)
    known = _peers.get(client)
    if known is not None and known[0] is base_url:
        return known[1]
    found = _peer_at(client, client.base_url)
    if base_url is not None:
        _peers[client] = (base_url, found)
    return found


def is_stream(response: Any) -> bool:
    """Whether the client gave back a stream of chunks."""
    return isinstance(response, _types().streams)


def is_raw(response: Any) -> bool:
    """Whether the client gave back an envelope: ``with_raw_response``, ``with_streaming_response``."""
    return isinstance(response, _types().envelopes)


def read_body(response: Any) -> bytes | None:
    """The body of an envelope; None while nobody has read it, because reading it is the caller's."""
    try:
        return bytes(response.http_response.content)
    except RuntimeError:  # httpx and httpx2 each have their own ResponseNotRead, and both derive it from this
        return None


def is_event_stream(response: Any) -> bool:
    """Whether the body of an envelope is a stream of server-sent events."""
    return str(response.http_response.headers.get("content-type", "")).startswith("text/event-stream")


def whole(body: bytes) -> list[Any]:
    """The JSON of a body; none where the caller stopped reading before its end."""
    try:
        return [orjson.loads(body)]
    except orjson.JSONDecodeError:
        return []


def events(body: bytes) -> Iterator[Any]:
    """The JSON of each server-sent event in a body; the closing ``[DONE]`` and lines that are not JSON are none.

    Args:
        body: a whole stream of events, of which this API writes each on one line.
    """
    for line in body.splitlines():
        if line.startswith(b"data:"):
            try:
                yield orjson.loads(line[len(b"data:") :])
            except orjson.JSONDecodeError:
                continue
