"""What every surface of the client shares: the request as it is about to be sent, and whose server answers.

Models, chats, files, batches, caches and tunings, synchronous or not, go through the ``request`` methods of one class,
once per request and with retries inside. What they are given is the JSON body, built by the client itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from verspan.instrumentation.fields import NO_FIELDS
from verspan.instrumentation.serialising import snapshot
from verspan.instrumentation.servers import Server, server_at

_MODEL = re.compile(r"(?:^|/)(?:models|tunedModels|endpoints)/([^/:?]+)")
_NOTHING = b"null"


class Sent(NamedTuple):
    """A request that is about to be sent."""

    method: str
    """In lower case."""
    path: str
    """Without its query."""
    body: Mapping[str, Any]
    """Its JSON object; empty where it has none."""

    @property
    def verb(self) -> str:
        """The custom method that the path ends with, such as ``generateContent``; empty where it ends with none."""
        return self.path.rpartition("/")[2].partition(":")[2]

    @property
    def model(self) -> str | None:
        """The model that the path names, without the collection it is in."""
        found = _MODEL.search(self.path)
        return found[1] if found else None


def sent(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Sent | None:
    """The request that the arguments of one of the client's methods describe; None where they describe none.

    Args:
        args: ``http_method, path, request_dict`` of a request, or the path alone of a download.
        kwargs: the same by name.
    """
    given = {**dict(zip(("http_method", "path", "request_dict"), args, strict=False)), **kwargs}
    if "request_dict" not in given:  # a download
        given = {"http_method": "get", "path": args[0] if args else kwargs.get("path")}
    path, body = given.get("path"), given.get("request_dict")
    if not isinstance(path, str):
        return None
    own = {name: value for name, value in body.items() if not name.startswith("_")} if isinstance(body, dict) else {}
    return Sent(str(given.get("http_method")).lower(), path.partition("?")[0], own or NO_FIELDS)


def provider_of(client: Any) -> str:
    """The provider that a client asks: Google's developer API or Vertex AI."""
    return "gcp.vertex_ai" if getattr(client, "vertexai", None) else "gcp.gemini"


def server_of(client: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Server:
    """Who answers a request: the client's server, or the one that the request's own options name."""
    options = args[3] if len(args) > 3 else kwargs.get("http_options")  # noqa: PLR2004 - its place in the signature
    url = _base_url(options) or _base_url(getattr(client, "_http_options", None))
    return server_at(url) if url else Server(None, None)


def json_of_response(response: Any) -> bytes:
    """A response or a chunk as the JSON that the server sent; nothing where it is binary."""
    body = response if isinstance(response, dict) else getattr(response, "body", None)
    if isinstance(body, str):
        return body.encode() or _NOTHING
    return _NOTHING if body is None else snapshot(body)


def _base_url(options: Any) -> str | None:
    url = options.get("base_url") if isinstance(options, Mapping) else getattr(options, "base_url", None)
    return url if isinstance(url, str) else None
